package dev.weft.codec;

import dev.weft.codec.HeadWriter.Persistence;
import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * The writing half of a downstream HTTP/1 connection: the {@link Downstream} of its streams, one after the other, and the
 * codec's own answers.
 */
final class Http1ResponseWriter implements Downstream {
    private static final byte[] CONTINUE = Ascii.bytes("HTTP/1.1 100 Continue\r\n\r\n");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] TEXT_PLAIN = Ascii.bytes("text/plain");
    private static final byte[] DATE = Ascii.bytes("date");
    private static final byte[] SERVER = Ascii.bytes("server");

    /** Room left behind a head for the beginning of its body. */
    private static final int BODY_ROOM = 2048;

    private final Http1ServerConnection connection;
    private final CodecLoop shared;
    private final Http1ServerOptions options;
    private final ChannelHandlerContext ctx;
    private final OutBuffer out;
    private boolean chunked; // this response
    private boolean blocked; // written bytes pile up above the high watermark

    Http1ResponseWriter(
            Http1ServerConnection connection, ChannelHandlerContext ctx, CodecLoop shared, Http1ServerOptions options) {
        this.connection = connection;
        this.shared = shared;
        this.options = options;
        this.ctx = ctx;
        this.out = new OutBuffer(ctx);
    }

    @Override
    public void writeInformational(ResponseHead response) {
        RequestHead request = connection.request();
        if (request.version() == HttpVersion.HTTP_1_0) {
            return; // RFC 9110 §15.2: a 1.0 client does not know them
        }
        shared.writer.response(response, request.version(), false, false, Persistence.DEFAULT);
        out.head(shared.writer, 0);
    }

    @Override
    public void writeHead(ResponseHead response, boolean end) {
        RequestHead request = connection.request();
        int status = response.status();
        boolean tunnel = Framing.isTunnel(request.method(), status);
        boolean bodiless = request.method() == HttpMethod.HEAD || status == 204 || status == 304 || tunnel;
        boolean http10 = request.version() == HttpVersion.HTTP_1_0;
        boolean unknownLength = !end && !bodiless && !response.headers().has(KnownHeader.CONTENT_LENGTH);
        chunked = unknownLength && !http10;
        // RFC 9110 §15.5.9: who did not wait for the rest of a request closes.
        boolean gaveUp = status == 408 && !connection.isRequestEnded();
        boolean close = connection.closesAfterResponse(unknownLength && http10 || gaveUp);
        Persistence persistence = close ? Persistence.CLOSE : http10 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
        if (tunnel) {
            persistence = status == 101 ? Persistence.UPGRADE : Persistence.DEFAULT;
            connection.tunnelBegins();
        }
        boolean empty = end && !bodiless;
        shared.writer.response(response, request.version(), chunked, empty, persistence);
        out.head(shared.writer, end ? 0 : BODY_ROOM);
        if (end) {
            responseOver();
        }
    }

    @Override
    public void writeData(ByteBuf data, boolean end) {
        out.data(data, chunked);
        checkWritable();
        if (end) {
            if (chunked) {
                out.lastChunk();
            }
            responseOver();
        }
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
        if (chunked && options.trailers()) {
            out.trailers(shared.writer, trailers);
        } else if (chunked) {
            out.lastChunk();
        }
        responseOver();
    }

    private void responseOver() {
        out.flush();
        connection.responseOver();
    }

    @Override
    public void flush() {
        out.flush();
        checkWritable();
    }

    private void checkWritable() {
        if (!blocked && !isWritable()) {
            // Not told by Netty's event, which comes before the flush that usually makes room again.
            out.flush();
            if (!isWritable()) {
                blocked = connection.streamWritable(false);
            }
        }
    }

    /** Netty's event: below the low watermark, or above the high one. */
    void writabilityChanged() {
        if (blocked && isWritable()) {
            blocked = false;
            connection.streamWritable(true);
        }
    }

    @Override
    public boolean isWritable() {
        return ctx.channel().isWritable();
    }

    @Override
    public void readEnabled(boolean enabled) {
        connection.readEnabled(enabled);
    }

    @Override
    public void reset() {
        out.release();
        connection.abort();
    }

    /** The exchange is over: the next one starts afresh. */
    void next() {
        blocked = false;
    }

    /** Tells a client that waits for it to send its body. */
    void writeContinue() {
        out.bytes(CONTINUE);
        out.flush();
    }

    /** The codec's own answer to what it refuses: status and reason phrase, in Envoy's form. */
    void refuse(int status) {
        byte[] reason = Reasons.of(status);
        ResponseHead response = shared.takeResponse();
        response.status(status);
        response.headers().add(CONTENT_LENGTH, Ascii.bytes(Integer.toString(reason.length)));
        response.headers().add(CONTENT_TYPE, TEXT_PLAIN);
        response.headers().add(DATE, shared.date());
        if (!options.serverName().isEmpty()) {
            response.headers().add(SERVER, Ascii.bytes(options.serverName()));
        }
        shared.writer.response(response, HttpVersion.HTTP_1_1, false, true, Persistence.CLOSE);
        out.head(shared.writer, reason.length);
        out.bytes(reason);
        out.flush();
        shared.giveBack(response);
    }

    /** Drops what was not given to the channel yet. */
    void release() {
        out.release();
    }
}
