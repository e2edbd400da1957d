package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * The writing half of a connection: gathers a head and what of its body is at hand in one buffer, so that a message is one
 * write and one system call. Large pieces of body are passed on as they are, without copying.
 */
final class OutBuffer {
    /** Body pieces up to this size are copied behind the head: cheaper than a second buffer in the same call. */
    static final int COPY_LIMIT = 4096;

    /** What is gathered before it is sent without waiting for more: the high watermark. */
    private static final int FLUSH_AT = 64 * 1024;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final ChannelHandlerContext ctx;
    private @Nullable ByteBuf out;
    private int written; // bytes given to the channel since the last flush

    OutBuffer(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    void head(HeadWriter writer, int bodyAtHand) {
        ByteBuf buffer = room(writer.length() + Math.min(bodyAtHand, COPY_LIMIT) + 16);
        buffer.writeBytes(writer.bytes(), 0, writer.length());
    }

    /** Writes body bytes and takes them over. */
    void data(ByteBuf data, boolean chunked) {
        int n = data.readableBytes();
        if (n == 0) {
            data.release();
            return;
        }
        if (chunked) {
            chunkSize(n);
        }
        if (n <= COPY_LIMIT) {
            room(n + 8).writeBytes(data);
            data.release();
        } else {
            push();
            ctx.write(data, ctx.voidPromise());
            written += n;
        }
        if (chunked) {
            room(2).writeShort('\r' << 8 | '\n');
        }
        if (written + (out == null ? 0 : out.readableBytes()) >= FLUSH_AT) {
            flush();
        }
    }

    void bytes(byte[] bytes) {
        room(bytes.length).writeBytes(bytes);
    }

    void lastChunk() {
        room(LAST_CHUNK.length).writeBytes(LAST_CHUNK);
    }

    void trailers(HeadWriter writer, HeaderBlock trailers) {
        writer.trailers(trailers);
        head(writer, 0);
    }

    private void chunkSize(int n) {
        ByteBuf buffer = room(16 + Math.min(n, COPY_LIMIT));
        int shift = (31 - Integer.numberOfLeadingZeros(n)) / 4 * 4;
        for (; shift >= 0; shift -= 4) {
            buffer.writeByte(HEX[n >>> shift & 15]);
        }
        buffer.writeShort('\r' << 8 | '\n');
    }

    /** The buffer being gathered, with room for n more bytes. Good until the next call of another method. */
    ByteBuf room(int n) {
        ByteBuf buffer = out;
        if (buffer != null && buffer.writableBytes() < n && buffer.readableBytes() + n > COPY_LIMIT * 2) {
            push();
            buffer = null;
        }
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(Math.max(n, 256));
            out = buffer;
        }
        return buffer;
    }

    private void push() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            written += buffer.readableBytes();
            ctx.write(buffer, ctx.voidPromise());
        }
    }

    /** Sends everything written. */
    void flush() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            written = 0;
            ctx.writeAndFlush(buffer, ctx.voidPromise());
        } else if (written > 0) {
            written = 0;
            ctx.flush();
        }
    }

    boolean isEmpty() {
        return out == null && written == 0;
    }

    /** Drops what was not given to the channel yet. */
    void release() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            buffer.release();
        }
    }
}
