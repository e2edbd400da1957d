package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;

/** Who sent a request on an upstream connection and takes the response. All calls on the connection's loop. */
public interface Http1Exchange {
    /** Why an exchange ended without a complete response. */
    enum Failure {
        /** The peer closed or reset the connection. */
        CONNECTION_LOST,
        /** The response broke the protocol. */
        PROTOCOL_ERROR
    }

    /** An interim response (1xx). The head is valid during the call. */
    void informational(ResponseHead head);

    /** The response's head; valid until the exchange is over. {@code end} when no body follows. */
    void responseHead(ResponseHead head, boolean end);

    /** Body bytes; the exchange takes them over. */
    void responseData(ByteBuf data, boolean end);

    /** Trailers, which end the response; valid during the call. */
    void responseTrailers(HeaderBlock trailers);

    /** All response bytes at hand were delivered. */
    void responseFlush();

    /** Written bytes pile up, or no longer do. */
    void upstreamWritable(boolean writable);

    /** No complete response will come; the connection is closed. Not called after the end of a response. */
    void failed(Failure failure, String details);

    /**
     * The response is complete and the exchange is done with the connection.
     *
     * @param reusable whether it may carry another request; if not, it is closed already
     */
    void released(Http1ClientConnection connection, boolean reusable);
}
