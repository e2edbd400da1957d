package dev.weft.http;

import io.netty.buffer.ByteBuf;

/**
 * The codec's end of an exchange with an endpoint: takes the request, after its head, and is told how fast to read the
 * response. The mirror image of {@link Downstream}; good until the {@link UpstreamListener} has heard the exchange's end.
 * All calls on the loop of the connection.
 */
public interface Upstream {
    /** Writes body bytes and takes them over; sends them when they end the request. */
    void writeData(ByteBuf data, boolean end);

    /** Writes trailers, which end the request. */
    void writeTrailers(HeaderBlock trailers);

    /** Everything at hand was written: send it now. */
    void flush();

    /** Stops or restarts reading the response. */
    void readEnabled(boolean enabled);

    /** Gives the exchange up: its listener hears nothing more, and the peer stops working on it. */
    void cancel();
}
