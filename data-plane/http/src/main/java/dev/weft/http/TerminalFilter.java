package dev.weft.http;

import io.netty.buffer.ByteBuf;

/** The last filter of a chain: consumes the request and produces the response. In the proxy: the router. */
public interface TerminalFilter {
    /** Consumes the head; {@code end} when there is no body. */
    void requestHead(HttpStream stream, RequestHead head, boolean end);

    /** Consumes body bytes and takes them over. */
    void requestData(HttpStream stream, ByteBuf data, boolean end);

    /** Consumes trailers, which end the request. */
    void requestTrailers(HttpStream stream, HeaderBlock trailers);

    /** The request bytes delivered so far are all that was at hand: send them now. */
    void requestFlush(HttpStream stream);

    /** The downstream peer reads again, or no longer fast enough. */
    void downstreamWritable(HttpStream stream, boolean writable);

    /** The stream is over: cancel what is still running upstream. Called exactly once. */
    void streamEnd(HttpStream stream, StreamEnd end);
}
