package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Encodes heads as header blocks into one array per loop. Fields that speak of the HTTP/1.1 connection a message came over
 * are left out (RFC 9113 §8.2.2).
 */
final class Http2HeadWriter {
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] CONNECT = Ascii.bytes("CONNECT");
    private static final byte[] PROTOCOL = Ascii.bytes(":protocol");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] SLASH = {'/'};

    private static final long NOT_PASSED_ON = 1L << KnownHeader.CONNECTION.ordinal()
            | 1L << KnownHeader.KEEP_ALIVE.ordinal()
            | 1L << KnownHeader.PROXY_CONNECTION.ordinal()
            | 1L << KnownHeader.TRANSFER_ENCODING.ordinal()
            | 1L << KnownHeader.UPGRADE.ordinal()
            | 1L << KnownHeader.HTTP2_SETTINGS.ordinal()
            | 1L << KnownHeader.TE.ordinal()
            | 1L << KnownHeader.HOST.ordinal()
            | 1L << KnownHeader.X_WEFT_MUX.ordinal();

    private Http2HeadWriter() {}

    /**
     * Encodes a request head.
     *
     * @param tls what {@code :scheme} says where the request does not: one that came from elsewhere has x-forwarded-proto
     *     (and its value goes on, as Envoy's), one of our own is as secure as its connection
     * @param extended whether its Upgrade is to be said as an extended CONNECT (RFC 8441)
     * @param tag scratch for the tag of a request that is to arrive as one of HTTP/1; null for one of HTTP/2
     */
    static void request(
            HpackEncoder encoder,
            OutArray out,
            RequestHead head,
            boolean tls,
            boolean extended,
            @Nullable OutArray tag) {
        out.length(0);
        encoder.begin(out);
        byte[] bytes = head.bytes();
        HeaderBlock headers = head.headers();
        if (extended) {
            encoder.method(CONNECT, 0, CONNECT.length);
            int upgrade = headers.find(KnownHeader.UPGRADE);
            encoder.field(PROTOCOL, 0, PROTOCOL.length, bytes, headers.valueStart(upgrade), headers.valueEnd(upgrade));
        } else {
            encoder.method(bytes, head.methodStart(), head.methodEnd());
        }
        boolean pathless = head.method() == HttpMethod.CONNECT; // RFC 9113 §8.5: neither scheme nor path
        if (!pathless) {
            scheme(encoder, head, tls);
        }
        encoder.authority(bytes, head.authorityStart(), head.authorityEnd());
        if (!pathless && head.targetStart() == head.targetEnd()) {
            encoder.path(SLASH, 0, 1);
        } else if (!pathless) {
            encoder.path(bytes, head.targetStart(), head.targetEnd());
        }
        if (tag != null) {
            tag.length(0);
            int host = headers.find(KnownHeader.HOST);
            if (host < 0) {
                MuxTag.append(tag, MuxTag.DEFAULT_HOST);
            } else {
                MuxTag.append(tag, bytes, headers.nameStart(host), headers.nameEnd(host));
            }
            names(headers, tag);
            tag(encoder, tag);
        }
        fields(encoder, headers);
        if (headers.has(KnownHeader.TE) && headers.listContains(KnownHeader.TE, TRAILERS)) {
            encoder.field(TE, 0, TE.length, TRAILERS, 0, TRAILERS.length);
        }
    }

    private static void scheme(HpackEncoder encoder, RequestHead head, boolean tls) {
        HeaderBlock headers = head.headers();
        int proto = headers.find(KnownHeader.X_FORWARDED_PROTO);
        encoder.scheme(
                proto < 0
                        ? tls
                        : Ascii.equalsIgnoreCase(
                                HTTPS, headers.bytes(), headers.valueStart(proto), headers.valueEnd(proto)));
    }

    /**
     * Encodes a response head.
     *
     * @param status to be sent instead of the head's own
     * @param tag scratch for the tag of a response that is to arrive as one of HTTP/1; null for one of HTTP/2
     */
    static void response(HpackEncoder encoder, OutArray out, int status, ResponseHead head, @Nullable OutArray tag) {
        out.length(0);
        encoder.begin(out);
        encoder.status(status);
        if (tag != null) {
            tag.length(0);
            names(head.headers(), tag);
            reason(head, tag);
            tag(encoder, tag);
        }
        fields(encoder, head.headers());
    }

    /** Encodes trailers, with a tag where their message had one. */
    static void trailers(HpackEncoder encoder, OutArray out, HeaderBlock trailers, @Nullable OutArray tag) {
        out.length(0);
        encoder.begin(out);
        if (tag != null) {
            tag.length(0);
            names(trailers, tag);
            tag(encoder, tag);
        }
        fields(encoder, trailers);
    }

    private static void fields(HpackEncoder encoder, HeaderBlock headers) {
        byte[] bytes = headers.bytes();
        int count = headers.count();
        for (int i = 0; i < count; i++) {
            if (isPassedOn(headers, i)) {
                encoder.field(
                        bytes,
                        headers.nameStart(i),
                        headers.nameEnd(i),
                        bytes,
                        headers.valueStart(i),
                        headers.valueEnd(i));
            }
        }
    }

    private static boolean isPassedOn(HeaderBlock headers, int i) {
        if (headers.isRemoved(i)) {
            return false;
        }
        KnownHeader known = headers.known(i);
        return known == null || (NOT_PASSED_ON & 1L << known.ordinal()) == 0;
    }

    // The tag, which comes before the fields it speaks of.

    private static void tag(HpackEncoder encoder, OutArray tag) {
        encoder.field(MuxTag.NAME, 0, MuxTag.NAME.length, tag.bytes(), 0, tag.length());
    }

    private static void names(HeaderBlock headers, OutArray tag) {
        byte[] bytes = headers.bytes();
        int count = headers.count();
        for (int i = 0; i < count; i++) {
            if (isPassedOn(headers, i)) {
                MuxTag.append(tag, bytes, headers.nameStart(i), headers.nameEnd(i));
            }
        }
    }

    private static void reason(ResponseHead head, OutArray tag) {
        byte[] usual = Reasons.of(head.status());
        int start = head.reasonStart();
        int end = head.reasonEnd();
        if (start < end && !Arrays.equals(head.bytes(), start, end, usual, 0, usual.length)) {
            MuxTag.append(tag, MuxTag.REASON);
            int at = tag.room(end - start);
            System.arraycopy(head.bytes(), start, tag.bytes(), at, end - start);
            tag.length(at + end - start);
            MuxTag.append(tag, MuxTag.REASON);
        }
    }
}
