package dev.weft.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a plaintext connection: a client that speaks HTTP/2 with prior knowledge (RFC 9113 §3.3)
 * begins with a preface no HTTP/1.1 request can look like. Leaves the pipeline with its verdict.
 */
public final class PrefaceSniffer extends ChannelInboundHandlerAdapter {
    private final Runnable http2;
    private final Duration patience;
    private @Nullable ByteBuf seen;
    private @Nullable Future<?> deadline; // while a part of a preface is here

    /**
     * @param http2 puts HTTP/2 in the place of the codec behind this handler
     * @param patience with a preface that does not go on; then it is HTTP/1.1's to answer. Zero = without end
     */
    public PrefaceSniffer(Runnable http2, Duration patience) {
        this.http2 = http2;
        this.patience = patience;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = seen;
        if (before != null) {
            seen = null;
            ByteBuf joined = context.alloc().buffer(before.readableBytes() + in.readableBytes());
            joined.writeBytes(before).writeBytes(in);
            before.release();
            in.release();
            in = joined;
        }
        int same = commonWithPreface(in);
        if (same == in.readableBytes() && same < Http2Frame.PREFACE.length) {
            seen = in;
            if (deadline == null && patience.isPositive()) {
                deadline = context.executor().schedule(() -> giveUp(context), patience.toNanos(), TimeUnit.NANOSECONDS);
            }
            return;
        }
        if (same == Http2Frame.PREFACE.length) {
            http2.run();
        }
        context.fireChannelRead(in);
        context.pipeline().remove(this);
    }

    private void giveUp(ChannelHandlerContext context) {
        ByteBuf bytes = seen;
        if (bytes != null) {
            seen = null;
            context.fireChannelRead(bytes);
            context.fireChannelReadComplete();
            context.pipeline().remove(this);
        }
    }

    private static int commonWithPreface(ByteBuf in) {
        int most = Math.min(in.readableBytes(), Http2Frame.PREFACE.length);
        int same = 0;
        while (same < most && in.getByte(in.readerIndex() + same) == Http2Frame.PREFACE[same]) {
            same++;
        }
        return same;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        ByteBuf bytes = seen;
        if (bytes != null) {
            seen = null;
            bytes.release();
        }
    }
}
