package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import java.util.Arrays;

/**
 * Writes heads into one array per loop, from where they are copied into the outgoing buffer at once. Fields that concern
 * only the connection they came over are left out (RFC 9110 §7.6.1).
 */
final class HeadWriter {
    /** Never passed on. TE is handled apart: {@code trailers} is passed on. */
    private static final long HOP_BY_HOP = bits(
            KnownHeader.CONNECTION,
            KnownHeader.KEEP_ALIVE,
            KnownHeader.PROXY_CONNECTION,
            KnownHeader.TRANSFER_ENCODING,
            KnownHeader.UPGRADE,
            KnownHeader.HTTP2_SETTINGS,
            KnownHeader.TE);

    private static final byte[] HTTP_1_1_LINE_END = Ascii.bytes(" HTTP/1.1\r\n");
    private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1 ");
    private static final byte[] HTTP_1_0 = Ascii.bytes("HTTP/1.0 ");
    private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
    private static final byte[] EMPTY = Ascii.bytes("Content-Length: 0\r\n");
    private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Ascii.bytes("Connection: Upgrade\r\nUpgrade: ");
    private static final byte[] TE_TRAILERS = Ascii.bytes("TE: trailers\r\n");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] HOST = Ascii.bytes("Host: ");

    /** What the Connection field of the head says. */
    enum Persistence {
        /** Nothing: the version's default. */
        DEFAULT,
        CLOSE,
        KEEP_ALIVE,
        UPGRADE
    }

    private byte[] out = new byte[2048];
    private int length;

    @SuppressWarnings("MutableMethodReturnType")
    byte[] bytes() {
        return out;
    }

    int length() {
        return length;
    }

    /** Writes a request head; the Host field carries the head's authority, whatever it came as. */
    void request(RequestHead head, boolean chunked, boolean upgrade) {
        length = 0;
        byte[] bytes = head.bytes();
        put(bytes, head.methodStart(), head.methodEnd());
        put((byte) ' ');
        if (head.targetStart() < head.targetEnd()) {
            put(bytes, head.targetStart(), head.targetEnd());
        } else {
            put(bytes, head.authorityStart(), head.authorityEnd()); // CONNECT
        }
        put(HTTP_1_1_LINE_END);
        HeaderBlock headers = head.headers();
        int host = headers.find(KnownHeader.HOST);
        if (host < 0) {
            put(HOST);
        } else {
            put(bytes, headers.nameStart(host), headers.nameEnd(host));
            put((byte) ':');
            put((byte) ' ');
        }
        put(bytes, head.authorityStart(), head.authorityEnd());
        line();
        fields(headers, host);
        if (headers.has(KnownHeader.TE) && headers.listContains(KnownHeader.TE, TRAILERS)) {
            put(TE_TRAILERS);
        }
        if (chunked) {
            put(CHUNKED);
        }
        if (upgrade) {
            upgrade(headers);
        }
        line();
    }

    /** Writes a response head. */
    void response(ResponseHead head, HttpVersion version, boolean chunked, boolean empty, Persistence persistence) {
        length = 0;
        put(version == HttpVersion.HTTP_1_0 ? HTTP_1_0 : HTTP_1_1);
        room(4);
        length = Ascii.writeDecimal(out, length, head.status());
        put((byte) ' ');
        if (head.reasonStart() < head.reasonEnd()) {
            put(head.bytes(), head.reasonStart(), head.reasonEnd());
        } else {
            put(Reasons.of(head.status()));
        }
        line();
        fields(head.headers(), -1);
        if (chunked) {
            put(CHUNKED);
        }
        if (empty && !head.headers().has(KnownHeader.CONTENT_LENGTH)) {
            put(EMPTY);
        }
        switch (persistence) {
            case DEFAULT -> {}
            case CLOSE -> put(CLOSE);
            case KEEP_ALIVE -> put(KEEP_ALIVE);
            case UPGRADE -> upgrade(head.headers());
        }
        line();
    }

    /** Writes the last chunk and the trailers after it. */
    void trailers(HeaderBlock trailers) {
        length = 0;
        put((byte) '0');
        line();
        fields(trailers, -1);
        line();
    }

    private void upgrade(HeaderBlock headers) {
        int index = headers.find(KnownHeader.UPGRADE);
        if (index >= 0) {
            put(UPGRADE);
            put(headers.bytes(), headers.valueStart(index), headers.valueEnd(index));
            line();
        }
    }

    /** Copies the fields to be passed on; neighbours that were written {@code name: value} go in one piece. */
    private void fields(HeaderBlock headers, int skip) {
        byte[] bytes = headers.bytes();
        int count = headers.count();
        int runStart = -1;
        int runEnd = -1;
        for (int i = 0; i < count; i++) {
            if (i == skip || headers.isRemoved(i)) {
                continue;
            }
            KnownHeader known = headers.known(i);
            if (known != null && (HOP_BY_HOP & 1L << known.ordinal()) != 0) {
                continue;
            }
            int nameStart = headers.nameStart(i);
            int nameEnd = headers.nameEnd(i);
            int valueStart = headers.valueStart(i);
            int valueEnd = headers.valueEnd(i);
            boolean asWritten = valueStart == nameEnd + 2
                    && bytes[nameEnd] == ':'
                    && bytes[nameEnd + 1] == ' '
                    && valueEnd + 2 <= headers.length()
                    && bytes[valueEnd] == '\r'
                    && bytes[valueEnd + 1] == '\n';
            if (asWritten && nameStart == runEnd) {
                runEnd = valueEnd + 2;
                continue;
            }
            if (runStart >= 0) {
                put(bytes, runStart, runEnd);
                runStart = -1;
                runEnd = -1;
            }
            if (asWritten) {
                runStart = nameStart;
                runEnd = valueEnd + 2;
            } else {
                put(bytes, nameStart, nameEnd);
                put((byte) ':');
                put((byte) ' ');
                put(bytes, valueStart, valueEnd);
                line();
            }
        }
        if (runStart >= 0) {
            put(bytes, runStart, runEnd);
        }
    }

    private void line() {
        room(2);
        out[length++] = '\r';
        out[length++] = '\n';
    }

    private void put(byte b) {
        room(1);
        out[length++] = b;
    }

    private void put(byte[] bytes) {
        put(bytes, 0, bytes.length);
    }

    private void put(byte[] bytes, int start, int end) {
        int n = end - start;
        room(n);
        System.arraycopy(bytes, start, out, length, n);
        length += n;
    }

    private void room(int n) {
        if (out.length - length < n) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, length + n));
        }
    }

    private static long bits(KnownHeader... headers) {
        long bits = 0;
        for (KnownHeader header : headers) {
            bits |= 1L << header.ordinal();
        }
        return bits;
    }
}
