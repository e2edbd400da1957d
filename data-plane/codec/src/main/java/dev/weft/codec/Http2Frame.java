package dev.weft.codec;

import dev.weft.http.Ascii;

/** Frame types, flags and fixed sizes of RFC 9113 §4 and §6. */
final class Http2Frame {
    static final int HEADER_LENGTH = 9;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY_FLAG = 0x20;

    /** Largest payload that any peer takes (RFC 9113 §4.2), and that we take from and send to all but proxies of ours. */
    static final int MAX_PAYLOAD = 16_384;

    /** Largest payload between two proxies of ours: what is read at once, so that it is passed on in one piece. */
    static final int MUX_MAX_PAYLOAD = 64 * 1024;

    /** What a client sends first (RFC 9113 §3.4). */
    static final byte[] PREFACE = Ascii.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private Http2Frame() {}
}
