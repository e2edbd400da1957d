package dev.weft.codec;

import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import org.jspecify.annotations.Nullable;

/** Who answers the requests of a downstream connection: the HTTP connection manager. Called on the connection's loop. */
public interface Http1Server {
    /**
     * A stream for a request whose head was read; the connection feeds the request into it right after. The manager may
     * call {@link Http1ServerConnection#acceptUpgrade()} from here.
     */
    HttpStream newStream(Http1ServerConnection connection, RequestHead head);

    /** A request was refused before there was a stream; it has been answered. The head may be incomplete. */
    void rejected(Http1ServerConnection connection, @Nullable RequestHead head, Http1Error error);

    /** A response is about to be written: whether the connection shall close after it. */
    boolean closeAfterResponse();

    /** The connection is gone. Its stream, if any, has heard so already. */
    void closed(Http1ServerConnection connection);
}
