package dev.weft.codec;

import dev.weft.http.Downstream;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.HttpVersion;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** One request of a downstream HTTP/2 connection: feeds it into its {@link HttpStream} and writes the response. */
final class Http2ServerStream extends Http2Stream implements Downstream {
    private static final int BROKEN_TUNNEL =
            ResponseFlag.UPSTREAM_CONNECTION_TERMINATION.bit() | ResponseFlag.UPSTREAM_REMOTE_RESET.bit();

    private final Http2ServerConnection server;
    private @Nullable RequestHead head; // until the stream is over
    private final boolean tunnel; // an extended CONNECT: the request has no end of its own
    private final boolean isMultiplexed; // the request was one of HTTP/1, and so is the response to be
    private @Nullable HttpStream stream;

    Http2ServerStream(
            Http2ServerConnection server, Http2Connection connection, int id, RequestHead head, boolean tunnel) {
        super(connection, id, connection.peer().initialWindow(), connection.streamWindow());
        this.server = server;
        this.head = head;
        this.tunnel = tunnel;
        this.isMultiplexed = head.version() != HttpVersion.HTTP_2;
    }

    void start(HttpStream created, boolean end) {
        stream = created;
        connection.touch(this);
        remoteEnded = end;
        created.requestHead(end);
        if (end) {
            connection.ended(this);
        }
    }

    // What comes.

    @Override
    void headers(byte[] block, int start, int end, boolean endStream) {
        HeaderBlock trailers = new HeaderBlock(Math.max(256, end - start));
        Http2Fields.Trailers fields = new Http2Fields.Trailers(connection.options());
        if (!connection
                .decoder()
                .decode(block, start, end, trailers, connection.options().maxHeadBytes(), 100, fields)) {
            connection.connectionError(Http2Code.COMPRESSION_ERROR, "http2.compression_error");
        } else if (fields.problem() != null
                || !endStream
                || connection.decoder().tooLarge()
                || !counts(0, true)) {
            String why = fields.problem();
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, why != null ? why : "http2.invalid_trailers");
        } else {
            remoteEnded = true;
            HttpStream current = stream;
            if (current != null) {
                BodyReader.dropForbidden(trailers);
                current.requestTrailers(trailers);
            }
            connection.ended(this);
        }
    }

    @Override
    void body(ByteBuf data, boolean end) {
        HttpStream current = stream;
        if (current == null) {
            data.release();
        } else {
            current.requestData(data, end);
        }
    }

    @Override
    void flushDelivered() {
        HttpStream current = stream;
        if (current != null) {
            current.requestFlush();
        }
    }

    @Override
    void sendable(boolean writable) {
        HttpStream current = stream;
        if (current != null) {
            current.downstreamWritable(writable);
        }
    }

    @Override
    void aborted(@Nullable Http2Code code, boolean byPeer, String why) {
        HttpStream current = stream;
        stream = null;
        if (current != null && byPeer && code != null) {
            current.downstreamReset(why);
        } else if (current != null) {
            current.downstreamGone();
        }
        releaseHead();
    }

    // Downstream.

    @Override
    public void writeInformational(ResponseHead response) {
        encode(response);
        connection.writeHead(this, false);
    }

    @Override
    public void writeHead(ResponseHead response, boolean end) {
        server.beforeResponse();
        encode(response);
        if (end) {
            responseOver();
        }
        connection.writeHead(this, end);
    }

    private void encode(ResponseHead response) {
        CodecLoop shared = connection.shared();
        tagged = isMultiplexed && response.version() != HttpVersion.HTTP_2;
        // A proxy of ours is told of switching as such: for it a 200 is no yes.
        int status = tunnel && response.status() == 101 && !isMultiplexed ? 200 : response.status();
        Http2HeadWriter.response(
                connection.encoder(), shared.headerBlock, status, response, tagged ? shared.muxTag : null);
    }

    @Override
    public void writeData(ByteBuf data, boolean end) {
        if (end) {
            responseOver();
        }
        sendData(data, end);
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
        responseOver();
        sendTrailers(trailers);
    }

    @Override
    public void flush() {
        connection.flushLater();
    }

    @Override
    public void readEnabled(boolean enabled) {
        reading(enabled);
    }

    @Override
    public boolean isWritable() {
        return !isBlocked() && connection.isWritable();
    }

    @Override
    public void reset() {
        Http2Code code = code();
        responseOver();
        connection.reset(this, code);
    }

    /** What goes wrong with the connection at a tunnel's other end has a code of its own: RFC 9113 §8.5, RFC 8441 §5. */
    private Http2Code code() {
        HttpStream current = stream;
        if (current == null || (current.flags() & BROKEN_TUNNEL) == 0) {
            return Http2Code.INTERNAL_ERROR;
        }
        if (tunnel && current.status() == 101) {
            return Http2Code.CANCEL;
        }
        return current.request().method() == HttpMethod.CONNECT ? Http2Code.CONNECT_ERROR : Http2Code.INTERNAL_ERROR;
    }

    private void responseOver() {
        stream = null;
        releaseHead();
    }

    private void releaseHead() {
        RequestHead request = head;
        if (request != null) {
            head = null;
            connection.shared().giveBack(request);
        }
    }
}
