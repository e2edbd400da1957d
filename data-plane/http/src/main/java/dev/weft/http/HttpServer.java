package dev.weft.http;

import org.jspecify.annotations.Nullable;

/**
 * Who answers the requests of a downstream connection: its connection manager. Called by the connection's codec, whichever
 * it is, on the connection's loop.
 */
public interface HttpServer {
    /**
     * A stream for a request whose head was read; the codec feeds the request into it right after.
     *
     * @param downstream takes the response of this one stream
     */
    HttpStream newStream(Downstream downstream, RequestHead head);

    /**
     * The codec refused a request that has no stream and answers it itself. The head may be incomplete, or null when there
     * is none. For one that has, {@link HttpStream#refused} says so.
     *
     * @param details the response code details: why
     */
    void rejected(@Nullable RequestHead head, int status, String details);

    /**
     * The peer broke the protocol beyond what {@link #rejected} says. For counters and logs.
     *
     * @param fatal the connection ends for it
     */
    default void violated(String details, boolean fatal) {}

    /**
     * Whether {@code 100 Continue} is the endpoint's to say and the client's expectation goes on to it. Else the codec
     * says it and takes the expectation out.
     */
    default boolean passesContinue() {
        return false;
    }

    /** A response is about to be written: whether the connection shall end after it. */
    boolean closeAfterResponse();

    /** The connection is gone. Its streams have heard so already. */
    void closed();
}
