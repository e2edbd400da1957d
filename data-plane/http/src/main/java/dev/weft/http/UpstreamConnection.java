package dev.weft.http;

import java.net.SocketAddress;

/** A connection to an endpoint that can take a request now. On its loop. */
public interface UpstreamConnection {
    /** Whether the next request is its first. */
    boolean isFresh();

    /**
     * Whether it is known by now if the endpoint can be asked for another protocol. Over HTTP/2 its SETTINGS say so, which
     * come after the connection has been made (RFC 8441 §3).
     */
    default boolean isReadyToUpgrade() {
        return true;
    }

    /** Our end of it, for logs. */
    SocketAddress localAddress();

    /**
     * Begins an exchange: writes the request's head. With {@code end} the request is complete and sent at once.
     *
     * @param upgrade the request's wish for another protocol is passed on; its body is that protocol's bytes
     */
    Upstream start(UpstreamListener listener, RequestHead head, boolean end, boolean upgrade);
}
