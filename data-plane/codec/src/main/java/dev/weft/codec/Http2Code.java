package dev.weft.codec;

/** Error codes of RST_STREAM and GOAWAY (RFC 9113 §7); the ordinal is the code on the wire. */
enum Http2Code {
    NO_ERROR,
    PROTOCOL_ERROR,
    INTERNAL_ERROR,
    FLOW_CONTROL_ERROR,
    SETTINGS_TIMEOUT,
    STREAM_CLOSED,
    FRAME_SIZE_ERROR,
    REFUSED_STREAM,
    CANCEL,
    COMPRESSION_ERROR,
    CONNECT_ERROR,
    ENHANCE_YOUR_CALM,
    INADEQUATE_SECURITY,
    HTTP_1_1_REQUIRED;

    private static final Http2Code[] VALUES = values();

    /** The code of that number; unknown ones have no special meaning (RFC 9113 §7) and count as INTERNAL_ERROR. */
    static Http2Code of(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : INTERNAL_ERROR;
    }
}
