package dev.weft.http;

import io.netty.buffer.ByteBuf;

/**
 * Who sent a request to an endpoint and takes the response. Exactly one of {@link #done} and {@link #failed} ends it,
 * unless it was cancelled. All calls on the connection's loop.
 */
public interface UpstreamListener {
    /** Why an exchange ended without a complete response. */
    enum Failure {
        /** The peer closed or reset the connection. */
        CONNECTION_LOST,
        /**
         * The same on a connection that had served before, and nothing of a response had come: most likely the peer was
         * about to close it anyway.
         */
        STALE_CONNECTION,
        /** The peer has not processed the request and never will: it may be sent again, whatever it is. */
        REFUSED,
        /** The peer reset this exchange alone. */
        REMOTE_RESET,
        /** The response broke the protocol. */
        PROTOCOL_ERROR
    }

    /** An interim response (1xx). The head is valid during the call. */
    void informational(ResponseHead head);

    /** The response's head; valid until the exchange is over. {@code end} when no body follows. */
    void responseHead(ResponseHead head, boolean end);

    /** Body bytes; the listener takes them over. */
    void responseData(ByteBuf data, boolean end);

    /** Trailers, which end the response; valid during the call. */
    void responseTrailers(HeaderBlock trailers);

    /** All response bytes at hand were delivered. */
    void responseFlush();

    /** Written bytes pile up, or no longer do. */
    void upstreamWritable(boolean writable);

    /** The response is complete; the {@link Upstream} is not the listener's any more. */
    void done();

    /** No complete response will come. */
    void failed(Failure failure, String details);
}
