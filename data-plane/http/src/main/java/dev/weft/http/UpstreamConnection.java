package dev.weft.http;

import java.net.SocketAddress;

/** A connection to an endpoint that can take a request now. On its loop. */
public interface UpstreamConnection {
    /** Whether the next request is its first. */
    boolean isFresh();

    /** Our end of it, for logs. */
    SocketAddress localAddress();

    /**
     * Begins an exchange: writes the request's head. With {@code end} the request is complete and sent at once.
     *
     * @param upgrade the request's wish for another protocol is passed on; its body is that protocol's bytes
     */
    Upstream start(UpstreamListener listener, RequestHead head, boolean end, boolean upgrade);
}
