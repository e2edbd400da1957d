package dev.weft.codec;

/** Why a message was refused: the status of our answer, and Envoy's details word where it has one. */
public enum Http1Error {
    BAD_REQUEST_LINE(400, "http1.codec_error", "malformed request line"),
    BAD_STATUS_LINE(502, "http1.codec_error", "malformed status line"),
    BAD_VERSION(505, "http1.unsupported_version", "HTTP version is neither 1.0 nor 1.1"),
    HTTP_1_0_REFUSED(426, "low_version", "HTTP/1.0 is not accepted here"),
    BAD_TARGET(400, "http1.invalid_url", "request target is not allowed"),
    REQUEST_LINE_TOO_LONG(414, "http1.request_line_too_long", "request line is too long"),
    BAD_LINE_END(400, "http1.codec_error", "line does not end in CR LF"),
    BAD_FIELD_NAME(400, "http1.invalid_characters", "field name holds a character that is not allowed"),
    BAD_FIELD_VALUE(400, "http1.invalid_characters", "field value holds a control character"),
    FOLDED_LINE(400, "http1.obs_fold", "folded header line"),
    HEAD_TOO_LARGE(431, "http1.headers_too_large", "head is too large"),
    TOO_MANY_FIELDS(431, "http1.too_many_headers", "too many header fields"),
    NO_HOST(400, "http1.missing_host", "no Host field"),
    MANY_HOSTS(400, "http1.many_hosts", "more than one Host field"),
    BAD_HOST(400, "http1.invalid_host", "Host is not a host and port"),
    BAD_CONTENT_LENGTH(400, "http1.invalid_content_length", "Content-Length is not one number"),
    CONTENT_TOO_LARGE(413, "http1.content_too_large", "body is longer than can be counted"),
    LENGTH_AND_CHUNKED(
            400, "http1.content_length_and_chunked_not_allowed", "both Content-Length and Transfer-Encoding"),
    CHUNKED_IN_HTTP_1_0(400, "http1.transfer_encoding_not_allowed", "Transfer-Encoding in an HTTP/1.0 message"),
    BAD_TRANSFER_ENCODING(400, "http1.invalid_transfer_encoding", "malformed Transfer-Encoding"),
    UNKNOWN_TRANSFER_ENCODING(501, "http1.invalid_transfer_encoding", "Transfer-Encoding other than chunked"),
    BODY_IN_CONNECT(400, "http1.body_disallowed", "CONNECT with a body"),
    BAD_CHUNK(400, "http1.codec_error", "malformed chunk"),
    CHUNKED_NOT_ALLOWED(502, "http1.transfer_encoding_not_allowed", "Transfer-Encoding in a 1xx or 204 response"),
    LENGTH_NOT_ALLOWED(502, "http1.content_length_not_allowed", "Content-Length in a 1xx or 204 response"),
    UNEXPECTED_BODY(502, "http1.body_disallowed", "bytes behind a response without a body"),
    UNEXPECTED_UPGRADE(502, "http1.unexpected_upgrade", "101 to a protocol that was not asked for"),
    TOO_MANY_INTERIM(502, "http1.too_many_interim_responses", "too many interim responses");

    private final int status;
    private final String details;
    private final String problem;

    Http1Error(int status, String details, String problem) {
        this.status = status;
        this.details = details;
        this.problem = problem;
    }

    /** Status of the answer to a bad request. A bad response is always answered by 502. */
    public int status() {
        return status;
    }

    /** Response code details for log and metrics. */
    public String details() {
        return details;
    }

    /** One sentence for people. */
    public String problem() {
        return problem;
    }
}
