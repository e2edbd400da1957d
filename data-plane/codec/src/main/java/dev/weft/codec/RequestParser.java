package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * Turns the collected lines of a request head into a {@link RequestHead}, refusing what RFC 9112 does not allow: what we
 * understand and what the next hop will understand must be the same.
 */
final class RequestParser {
    private static final byte[] HTTP = Ascii.bytes("HTTP/");
    private static final byte[] HTTP_SCHEME = Ascii.bytes("http://");
    private static final byte[] HTTPS_SCHEME = Ascii.bytes("https://");

    private RequestParser() {}

    /** Fills head and framing; answers what is wrong, or null. The fields are in the head's block already. */
    static @Nullable Http1Error parse(RequestHead head, int lineStart, int lineEnd, Framing framing) {
        Http1Error error = requestLine(head, lineStart, lineEnd);
        if (error == null) {
            error = host(head);
        }
        if (error == null) {
            error = framing.read(head.headers(), head.version());
        }
        if (error == null && head.method() == HttpMethod.CONNECT && framing.kind() != Framing.Kind.NONE) {
            error = Http1Error.BODY_IN_CONNECT;
        }
        return error;
    }

    private static @Nullable Http1Error requestLine(RequestHead head, int start, int end) {
        byte[] bytes = head.bytes();
        int methodEnd = Syntax.endOfToken(bytes, start, end);
        if (methodEnd == start || methodEnd == end || bytes[methodEnd] != ' ') {
            return Http1Error.BAD_REQUEST_LINE;
        }
        head.method(start, methodEnd);
        int targetStart = methodEnd + 1;
        int targetEnd = targetStart;
        while (targetEnd < end && bytes[targetEnd] != ' ') {
            targetEnd++;
        }
        if (targetEnd == targetStart) {
            return Http1Error.BAD_REQUEST_LINE;
        }
        if (targetEnd == end) {
            return Http1Error.BAD_VERSION; // HTTP/0.9
        }
        Http1Error error = version(head, bytes, targetEnd + 1, end);
        if (error != null) {
            return error;
        }
        return Syntax.isTarget(bytes, targetStart, targetEnd)
                ? target(head, bytes, targetStart, targetEnd)
                : Http1Error.BAD_TARGET;
    }

    private static @Nullable Http1Error version(RequestHead head, byte[] bytes, int start, int end) {
        if (end - start != 8
                || !Ascii.equals(HTTP, bytes, start, start + 5)
                || bytes[start + 6] != '.'
                || !digit(bytes[start + 5])
                || !digit(bytes[start + 7])) {
            return Http1Error.BAD_REQUEST_LINE;
        }
        if (bytes[start + 5] != '1' || bytes[start + 7] > '1') {
            return Http1Error.BAD_VERSION;
        }
        head.version(bytes[start + 7] == '0' ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
        return null;
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static @Nullable Http1Error target(RequestHead head, byte[] bytes, int start, int end) {
        if (head.method() == HttpMethod.CONNECT) {
            head.target(start, start);
            head.authority(start, end);
            return end > start && Syntax.isAuthority(bytes, start, end) ? null : Http1Error.BAD_TARGET;
        }
        if (bytes[start] == '/') {
            head.target(start, end);
            return null;
        }
        if (bytes[start] == '*' && end == start + 1) {
            head.target(start, end);
            return head.method() == HttpMethod.OPTIONS ? null : Http1Error.BAD_TARGET;
        }
        int authority = scheme(bytes, start, end);
        if (authority < 0) {
            return Http1Error.BAD_TARGET;
        }
        int path = authority;
        while (path < end && bytes[path] != '/' && bytes[path] != '?') {
            path++;
        }
        if (path == authority || !Syntax.isAuthority(bytes, authority, path)) {
            return Http1Error.BAD_TARGET;
        }
        head.authority(authority, path);
        if (path < end && bytes[path] == '/') {
            head.target(path, end);
        } else {
            // "http://host?q" has an empty path: its origin form begins with a slash (RFC 9112 §3.2.1).
            byte[] origin = new byte[end - path + 1];
            origin[0] = '/';
            System.arraycopy(bytes, path, origin, 1, end - path);
            head.target(origin);
        }
        return null;
    }

    private static int scheme(byte[] bytes, int start, int end) {
        if (end - start > 7 && Ascii.equalsIgnoreCase(HTTP_SCHEME, bytes, start, start + 7)) {
            return start + 7;
        }
        if (end - start > 8 && Ascii.equalsIgnoreCase(HTTPS_SCHEME, bytes, start, start + 8)) {
            return start + 8;
        }
        return -1;
    }

    private static @Nullable Http1Error host(RequestHead head) {
        HeaderBlock headers = head.headers();
        int host = headers.find(KnownHeader.HOST);
        if (host < 0) {
            return Http1Error.NO_HOST;
        }
        if (headers.findNext(KnownHeader.HOST, host + 1) >= 0) {
            return Http1Error.MANY_HOSTS;
        }
        int start = headers.valueStart(host);
        int end = headers.valueEnd(host);
        if (!Syntax.isAuthority(head.bytes(), start, end)) {
            return Http1Error.BAD_HOST;
        }
        if (head.authorityEnd() == 0) { // else the target named it, which wins (RFC 9112 §3.2.2)
            head.authority(start, end);
        }
        return null;
    }
}
