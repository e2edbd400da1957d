package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import dev.weft.http.UpstreamListener.Failure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** One exchange on an upstream HTTP/2 connection: writes the request and gives the response to its listener. */
final class Http2ClientStream extends Http2Stream implements Upstream {
    /** Interim responses before the final one: more are an attack (reliability requirement R31). */
    private static final int MAX_INTERIM = 10;

    private final Http2ClientConnection client;
    private final HttpMethod method;
    private final ExtendedConnect.@Nullable Wanted wanted; // of a request for another protocol
    private @Nullable UpstreamListener listener; // until the exchange is over
    private @Nullable ResponseHead head;
    private boolean answered; // the final head has come
    private int interim;

    Http2ClientStream(
            Http2ClientConnection client,
            Http2Connection connection,
            int id,
            UpstreamListener listener,
            RequestHead request,
            boolean extended) {
        super(connection, id, connection.peer().initialWindow(), connection.streamWindow());
        this.client = client;
        this.listener = listener;
        this.wanted = extended ? ExtendedConnect.Wanted.of(request) : null;
        this.method = request.method();
    }

    // Upstream.

    @Override
    public void writeData(ByteBuf data, boolean end) {
        sendData(data, end);
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
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
    public void cancel() {
        listener = null;
        connection.reset(this, Http2Code.CANCEL);
        over();
    }

    /** Ends a request that cannot be sent on this connection; nothing of it was. */
    void refused(String why) {
        connection.abort(this, Http2Code.PROTOCOL_ERROR, false, why);
    }

    // What comes.

    @Override
    void headers(byte[] block, int start, int end, boolean endStream) {
        if (answered) {
            trailers(block, start, end, endStream);
            return;
        }
        ResponseHead response = head;
        if (response == null) {
            response = connection.shared().takeResponse();
            head = response;
        } else {
            response.clear();
        }
        Http2ResponseParser parser = connection.shared().http2Responses;
        Http2Options options = connection.options();
        parser.start(response, options);
        HpackDecoder decoder = connection.decoder();
        if (!decoder.decode(
                block, start, end, response.headers(), options.maxHeadBytes(), options.maxFields(), parser)) {
            connection.connectionError(Http2Code.COMPRESSION_ERROR, "http2.compression_error");
            return;
        }
        String wrong = parser.finish();
        if (wrong == null && decoder.tooLarge()) {
            wrong = "http2.headers_too_large";
        }
        if (wrong == null && response.isInformational() && (endStream || ++interim > MAX_INTERIM)) {
            wrong = "http2.invalid_interim_response";
        }
        if (wrong == null && mayHaveNoLength(response.status()) && parser.contentLength() >= 0) {
            if (parser.contentLength() > 0) {
                wrong = "http2.content_length_not_allowed";
            }
            response.headers().remove(KnownHeader.CONTENT_LENGTH); // harmless, but HTTP/1.1 must not say it either
        }
        if (wrong == null && response.status() == 101 && wanted == null) {
            wrong = "http2.invalid_status";
        }
        boolean tunnel = isTunnel(response);
        boolean bodiless =
                !tunnel && (method == HttpMethod.HEAD || response.status() == 304 || response.status() == 204);
        if (wrong == null && endStream && !bodiless && !tunnel && parser.contentLength() > 0) {
            wrong = "http2.content_length_mismatch";
        }
        if (wrong != null) {
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, wrong);
            return;
        }
        UpstreamListener current = listener;
        if (response.isInformational()) {
            if (current != null) {
                current.informational(response);
            }
            return;
        }
        answered = true;
        if (tunnel) {
            response.headers().remove(KnownHeader.CONTENT_LENGTH); // RFC 9110 §9.3.6: means nothing here
            if (wanted != null) {
                wanted.toSwitching(response);
            }
        } else {
            announced(bodiless ? endStream ? -1 : 0 : parser.contentLength());
        }
        remoteEnded = endStream;
        if (current != null) {
            current.responseHead(response, endStream);
        }
        if (endStream) {
            responseRead();
        }
    }

    /** RFC 9110 §8.6: a client of HTTP/1.1 might wait for the body that the length speaks of. */
    private static boolean mayHaveNoLength(int status) {
        return status < 200 || status == 204;
    }

    /**
     * Whether the peer has agreed to what was asked for: then bytes follow that no length tells the end of. To an Upgrade a
     * 2xx of a proxy of ours is an ordinary answer, as it is in HTTP/1.1.
     */
    private boolean isTunnel(ResponseHead response) {
        int status = response.status();
        if (wanted == null || connection.options().mux() != Mux.OFF) {
            return Framing.isTunnel(method, status);
        }
        return status == 101 || status >= 200 && status < 300;
    }

    private void trailers(byte[] block, int start, int end, boolean endStream) {
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
            UpstreamListener current = listener;
            if (current != null) {
                BodyReader.dropForbidden(trailers);
                current.responseTrailers(trailers);
            }
            responseRead();
        }
    }

    @Override
    void body(ByteBuf data, boolean end) {
        if (!answered) {
            data.release();
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, "http2.data_before_headers");
            return;
        }
        UpstreamListener current = listener;
        if (current == null) {
            data.release();
        } else {
            current.responseData(data, end);
        }
        if (end) {
            responseRead();
        }
    }

    /** The response is complete: a request that has not ended yet is of no use any more. */
    private void responseRead() {
        UpstreamListener current = listener;
        listener = null;
        if (!localEnded) {
            connection.reset(this, Http2Code.NO_ERROR);
        } else {
            connection.ended(this);
        }
        over();
        if (current != null) {
            current.responseFlush();
            current.done();
        }
    }

    @Override
    void flushDelivered() {
        UpstreamListener current = listener;
        if (current != null) {
            current.responseFlush();
        }
    }

    @Override
    void sendable(boolean writable) {
        UpstreamListener current = listener;
        if (current != null) {
            current.upstreamWritable(writable);
        }
    }

    @Override
    void aborted(@Nullable Http2Code code, boolean byPeer, String why) {
        UpstreamListener current = listener;
        listener = null;
        if (current != null) {
            current.failed(failure(code, byPeer), why);
        }
        over();
    }

    private static Failure failure(@Nullable Http2Code code, boolean byPeer) {
        if (!byPeer) {
            return Failure.PROTOCOL_ERROR;
        }
        if (code == null) {
            return Failure.CONNECTION_LOST;
        }
        return code == Http2Code.REFUSED_STREAM ? Failure.REFUSED : Failure.REMOTE_RESET;
    }

    private void over() {
        ResponseHead response = head;
        if (response != null) {
            head = null;
            connection.shared().giveBack(response);
        }
        client.streamOver();
    }
}
