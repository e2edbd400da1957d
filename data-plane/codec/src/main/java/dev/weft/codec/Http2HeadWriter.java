package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;

/**
 * Encodes heads as header blocks into one array per loop. Fields that speak of the HTTP/1.1 connection a message came over
 * are left out (RFC 9113 §8.2.2).
 */
final class Http2HeadWriter {
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] SLASH = {'/'};

    private static final long NOT_PASSED_ON = 1L << KnownHeader.CONNECTION.ordinal()
            | 1L << KnownHeader.KEEP_ALIVE.ordinal()
            | 1L << KnownHeader.PROXY_CONNECTION.ordinal()
            | 1L << KnownHeader.TRANSFER_ENCODING.ordinal()
            | 1L << KnownHeader.UPGRADE.ordinal()
            | 1L << KnownHeader.HTTP2_SETTINGS.ordinal()
            | 1L << KnownHeader.TE.ordinal()
            | 1L << KnownHeader.HOST.ordinal();

    private Http2HeadWriter() {}

    /**
     * Encodes a request head.
     *
     * @param tls what {@code :scheme} says where the request does not: one that came from elsewhere has x-forwarded-proto
     *     (and its value goes on, as Envoy's), one of our own is as secure as its connection
     */
    static void request(HpackEncoder encoder, OutArray out, RequestHead head, boolean tls) {
        out.length(0);
        encoder.begin(out);
        byte[] bytes = head.bytes();
        HeaderBlock headers = head.headers();
        encoder.method(bytes, head.methodStart(), head.methodEnd());
        int proto = headers.find(KnownHeader.X_FORWARDED_PROTO);
        encoder.scheme(
                proto < 0
                        ? tls
                        : Ascii.equalsIgnoreCase(HTTPS, bytes, headers.valueStart(proto), headers.valueEnd(proto)));
        encoder.authority(bytes, head.authorityStart(), head.authorityEnd());
        if (head.targetStart() == head.targetEnd()) {
            encoder.path(SLASH, 0, 1);
        } else {
            encoder.path(bytes, head.targetStart(), head.targetEnd());
        }
        fields(encoder, headers);
        if (headers.has(KnownHeader.TE) && headers.listContains(KnownHeader.TE, TRAILERS)) {
            encoder.field(TE, 0, TE.length, TRAILERS, 0, TRAILERS.length);
        }
    }

    /** Encodes a response head. */
    static void response(HpackEncoder encoder, OutArray out, ResponseHead head) {
        out.length(0);
        encoder.begin(out);
        encoder.status(head.status());
        fields(encoder, head.headers());
    }

    /** Encodes trailers. */
    static void trailers(HpackEncoder encoder, OutArray out, HeaderBlock trailers) {
        out.length(0);
        encoder.begin(out);
        fields(encoder, trailers);
    }

    private static void fields(HpackEncoder encoder, HeaderBlock headers) {
        byte[] bytes = headers.bytes();
        int count = headers.count();
        for (int i = 0; i < count; i++) {
            if (headers.isRemoved(i)) {
                continue;
            }
            KnownHeader known = headers.known(i);
            if (known != null && (NOT_PASSED_ON & 1L << known.ordinal()) != 0) {
                continue;
            }
            encoder.field(
                    bytes, headers.nameStart(i), headers.nameEnd(i), bytes, headers.valueStart(i), headers.valueEnd(i));
        }
    }
}
