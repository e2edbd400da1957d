package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import org.jspecify.annotations.Nullable;

/** How the end of a body is found (RFC 9112 §6), read from the fields of its head. One per connection, reused. */
final class Framing {
    /** Kinds of framing. */
    enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private static final byte[] CHUNKED = Ascii.bytes("chunked");

    private Kind kind = Kind.NONE;
    private long length;

    Kind kind() {
        return kind;
    }

    /** Body bytes when {@link Kind#LENGTH}. */
    long length() {
        return length;
    }

    void set(Kind newKind) {
        kind = newKind;
        length = 0;
    }

    /**
     * Whether a response with that final status makes the exchange a tunnel: what follows its head on both sides are bytes
     * of another protocol (RFC 9110 §7.8, §9.3.6).
     */
    static boolean isTunnel(HttpMethod method, int status) {
        return status == 101 || method == HttpMethod.CONNECT && status >= 200 && status < 300;
    }

    /** Reads Content-Length and Transfer-Encoding; {@link Kind#NONE} when there is neither. */
    @Nullable
    Http1Error read(HeaderBlock headers, HttpVersion version) {
        kind = Kind.NONE;
        length = 0;
        int encoding = headers.find(KnownHeader.TRANSFER_ENCODING);
        int size = headers.find(KnownHeader.CONTENT_LENGTH);
        if (encoding >= 0) {
            return size >= 0 ? Http1Error.LENGTH_AND_CHUNKED : transferEncoding(headers, encoding, version);
        }
        if (size >= 0) {
            length = Ascii.parseDecimal(headers.bytes(), headers.valueStart(size), headers.valueEnd(size));
            if (headers.findNext(KnownHeader.CONTENT_LENGTH, size + 1) >= 0) {
                return Http1Error.BAD_CONTENT_LENGTH;
            }
            if (length < 0) {
                return isNumber(headers.bytes(), headers.valueStart(size), headers.valueEnd(size))
                        ? Http1Error.CONTENT_TOO_LARGE // RFC 9110 §8.6: no overflow; §15.5.14
                        : Http1Error.BAD_CONTENT_LENGTH;
            }
            kind = length == 0 ? Kind.NONE : Kind.LENGTH;
        }
        return null;
    }

    private static boolean isNumber(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return start < end;
    }

    private @Nullable Http1Error transferEncoding(HeaderBlock headers, int index, HttpVersion version) {
        if (version == HttpVersion.HTTP_1_0) {
            return Http1Error.CHUNKED_IN_HTTP_1_0;
        }
        if (headers.findNext(KnownHeader.TRANSFER_ENCODING, index + 1) >= 0) {
            return Http1Error.BAD_TRANSFER_ENCODING;
        }
        byte[] bytes = headers.bytes();
        int start = headers.valueStart(index);
        int end = headers.valueEnd(index);
        if (Ascii.equalsIgnoreCase(CHUNKED, bytes, start, end)) {
            kind = Kind.CHUNKED;
            return null;
        }
        return codings(bytes, start, end) ? Http1Error.UNKNOWN_TRANSFER_ENCODING : Http1Error.BAD_TRANSFER_ENCODING;
    }

    /** Whether this is a well-formed list of codings in which chunked is at most the last. */
    private static boolean codings(byte[] bytes, int start, int end) {
        int at = start;
        while (true) {
            int stop = Syntax.endOfToken(bytes, at, end);
            if (stop == at) {
                return false;
            }
            boolean chunked = Ascii.equalsIgnoreCase(CHUNKED, bytes, at, stop);
            while (stop < end && (bytes[stop] == ' ' || bytes[stop] == '\t')) {
                stop++;
            }
            if (stop == end) {
                return true;
            }
            if (bytes[stop] != ',' || chunked) {
                return false;
            }
            at = stop + 1;
            while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
                at++;
            }
        }
    }
}
