package dev.weft.codec;

/**
 * What a peer may send before it is refused. On without configuration.
 *
 * @param startLine most bytes of a request or status line
 * @param head most bytes of a whole head
 * @param fields most header fields
 */
public record Http1Limits(int startLine, int head, int fields) {
    /** Requests: 16 KiB line; 60 KiB and 100 fields are Envoy's. */
    public static final Http1Limits REQUEST = new Http1Limits(16 * 1024, 60 * 1024, 100);

    /** Responses: 80 KiB and 100 fields are Envoy's. */
    public static final Http1Limits RESPONSE = new Http1Limits(16 * 1024, 80 * 1024, 100);

    /** Trailer sections. */
    static final Http1Limits TRAILERS = new Http1Limits(0, 16 * 1024, 100);
}
