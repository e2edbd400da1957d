package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns decoded fields into a {@link RequestHead}, refusing what RFC 9113 §8.2 and §8.3.1 call malformed: what an HTTP/1.1
 * peer behind us will read must be what we have read. One per loop; used for one block at a time.
 */
final class Http2RequestParser implements HpackDecoder.Fields {
    private static final byte[] METHOD = Ascii.bytes(":method");
    private static final byte[] SCHEME = Ascii.bytes(":scheme");
    private static final byte[] PATH = Ascii.bytes(":path");
    private static final byte[] AUTHORITY = Ascii.bytes(":authority");
    private static final byte[] PROTOCOL = Ascii.bytes(":protocol");
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] COOKIE = Ascii.bytes("cookie");
    private static final byte[] HOST = Ascii.bytes("host");

    private @Nullable RequestHead head;
    private @Nullable String problem;
    private boolean regular; // a field that is no pseudo header came
    private boolean scheme;
    private boolean path;
    private boolean authority;
    private boolean method;
    private int pathStart;
    private int pathEnd;
    private int cookies;
    private long contentLength;
    private final RandomGenerator random;
    private final MuxTag tag = new MuxTag();
    private boolean mux;
    private boolean connectProtocol;
    private int protocolStart; // the value of :protocol, where it came
    private int protocolEnd;
    private int hostAt; // of a tagged head: the name of its Host field

    /** @param random for the keys of WebSockets */
    Http2RequestParser(RandomGenerator random) {
        this.random = random;
    }

    /** Begins a head of a connection with those options. */
    void start(RequestHead into, Http2Options options) {
        head = into;
        mux = options.mux() != Mux.OFF;
        connectProtocol = options.connectProtocol();
        protocolEnd = 0;
        tag.clear();
        into.version(HttpVersion.HTTP_2);
        problem = null;
        regular = false;
        scheme = false;
        path = false;
        authority = false;
        method = false;
        cookies = 0;
        contentLength = -1;
    }

    @Override
    public boolean field(HeaderBlock block, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        String wrong = nameEnd > nameStart && block.bytes()[nameStart] == ':'
                ? pseudo(block.bytes(), nameStart, nameEnd, valueStart, valueEnd)
                : regular(block, nameStart, nameEnd, valueStart, valueEnd);
        if (wrong != null && problem == null) {
            problem = wrong;
        }
        return wrong == null;
    }

    private @Nullable String pseudo(byte[] bytes, int nameStart, int nameEnd, int start, int end) {
        RequestHead into = java.util.Objects.requireNonNull(head);
        if (regular) {
            return "http2.pseudo_header_after_field";
        }
        if (Ascii.equals(METHOD, bytes, nameStart, nameEnd)) {
            if (method || !Syntax.isToken(bytes, start, end)) {
                return "http2.invalid_method";
            }
            method = true;
            into.method(start, end);
        } else if (Ascii.equals(PATH, bytes, nameStart, nameEnd)) {
            if (path) {
                return "http2.invalid_path";
            }
            path = true;
            pathStart = start;
            pathEnd = end;
        } else if (Ascii.equals(AUTHORITY, bytes, nameStart, nameEnd)) {
            if (authority || !Syntax.isAuthority(bytes, start, end)) {
                return "http2.invalid_authority";
            }
            authority = true;
            into.authority(start, end);
        } else if (Ascii.equals(SCHEME, bytes, nameStart, nameEnd)) {
            boolean https = Ascii.equalsIgnoreCase(HTTPS, bytes, start, end);
            if (scheme || !https && !Ascii.equalsIgnoreCase(HTTP, bytes, start, end)) {
                return "http2.invalid_scheme";
            }
            scheme = true;
        } else if (connectProtocol && Ascii.equals(PROTOCOL, bytes, nameStart, nameEnd)) {
            if (protocolEnd > 0 || !Syntax.isToken(bytes, start, end)) {
                return "http2.invalid_protocol";
            }
            protocolStart = start;
            protocolEnd = end;
        } else {
            return "http2.invalid_pseudo_header";
        }
        return null;
    }

    private @Nullable String regular(HeaderBlock block, int nameStart, int nameEnd, int start, int end) {
        String wrong = Http2Fields.check(block.bytes(), nameStart, nameEnd, start, end);
        if (wrong != null) {
            return wrong;
        }
        if (mux && !regular && Ascii.equals(MuxTag.NAME, block.bytes(), nameStart, nameEnd)) {
            tagged(start, end);
            return null;
        }
        regular = true;
        if (tag.isPresent()) {
            tag.apply(block.bytes(), nameStart, nameEnd);
        }
        block.addSpan(nameStart, nameEnd, start, end);
        KnownHeader known = block.known(block.count() - 1);
        if (known == null) {
            return null;
        }
        switch (known) {
            case COOKIE -> cookies++;
            case CONTENT_LENGTH -> {
                long length = Ascii.parseDecimal(block.bytes(), start, end);
                if (length < 0 || contentLength >= 0 && contentLength != length) {
                    return "http2.invalid_content_length";
                }
                if (contentLength >= 0) {
                    block.removeAt(block.count() - 1);
                }
                contentLength = length;
            }
            default -> {
                return Http2Fields.connectionSpecific(known, block.bytes(), start, end);
            }
        }
        return null;
    }

    private void tagged(int start, int end) {
        regular = true;
        tag.begin(start, end);
        RequestHead into = java.util.Objects.requireNonNull(head);
        into.version(HttpVersion.HTTP_1_1);
        // The Host's name: its field is made again once the authority is known.
        HeaderBlock block = into.headers();
        hostAt = block.reserve(HOST.length);
        System.arraycopy(HOST, 0, block.bytes(), hostAt, HOST.length);
        block.advance(HOST.length);
        tag.apply(block.bytes(), hostAt, hostAt + HOST.length);
    }

    /** All fields came: answers what is wrong with the whole, or null. */
    @Nullable
    String finish() {
        RequestHead into = java.util.Objects.requireNonNull(head);
        String wrong = problem;
        if (wrong == null) {
            wrong = whole(into);
        }
        head = null;
        return wrong;
    }

    private @Nullable String whole(RequestHead into) {
        HeaderBlock headers = into.headers();
        if (!method) {
            return "http2.missing_method";
        }
        if (isExtendedConnect()) {
            if (into.method() != HttpMethod.CONNECT) {
                return "http2.invalid_protocol"; // RFC 8441 §4
            }
        } else if (into.method() == HttpMethod.CONNECT) {
            // RFC 9113 §8.5: neither scheme nor path.
            if (scheme || path || !authority || into.authorityEnd() == into.authorityStart()) {
                return "http2.invalid_connect";
            }
            into.target(into.authorityStart(), into.authorityStart());
            headers.remove(KnownHeader.HOST);
            if (tag.isPresent()) {
                headers.addSpan(hostAt, hostAt + HOST.length, into.authorityStart(), into.authorityEnd());
            }
            return null;
        }
        if (!scheme) {
            return "http2.missing_scheme";
        }
        if (!path || !isPath(into)) {
            return path ? "http2.invalid_path" : "http2.missing_path";
        }
        into.target(pathStart, pathEnd);
        int host = headers.find(KnownHeader.HOST);
        if (host >= 0) {
            if (headers.findNext(KnownHeader.HOST, host + 1) >= 0
                    || !Syntax.isAuthority(headers.bytes(), headers.valueStart(host), headers.valueEnd(host))) {
                return "http2.invalid_host";
            }
            if (!authority) {
                into.authority(headers.valueStart(host), headers.valueEnd(host));
            }
            headers.remove(KnownHeader.HOST); // the authority says it; two of them could differ
        } else if (!authority) {
            return "http2.missing_authority";
        }
        if (into.authorityEnd() == into.authorityStart() && !tag.isPresent()) {
            return "http2.invalid_authority"; // RFC 9113 §8.3.1; HTTP/1.1 may have an empty Host
        }
        if (tag.isPresent()) {
            headers.addSpan(hostAt, hostAt + HOST.length, into.authorityStart(), into.authorityEnd());
        } else if (cookies > 1) {
            joinCookies(headers);
        }
        if (isExtendedConnect()) {
            ExtendedConnect.toUpgrade(into, protocolStart, protocolEnd, random);
        }
        return null;
    }

    private boolean isPath(RequestHead into) {
        byte[] bytes = into.bytes();
        if (pathEnd == pathStart || !Syntax.isTarget(bytes, pathStart, pathEnd)) {
            return false;
        }
        return bytes[pathStart] == '/'
                || bytes[pathStart] == '*' && pathEnd == pathStart + 1 && into.method() == HttpMethod.OPTIONS;
    }

    /** RFC 9113 §8.2.3: crumbs become one field again before anyone looks at them; empty ones leave nothing. */
    private static void joinCookies(HeaderBlock headers) {
        int size = -2;
        for (int i = headers.find(KnownHeader.COOKIE); i >= 0; i = headers.findNext(KnownHeader.COOKIE, i + 1)) {
            size += headers.valueEnd(i) - headers.valueStart(i) + 2;
        }
        int at = headers.reserve(COOKIE.length + size);
        byte[] bytes = headers.bytes();
        System.arraycopy(COOKIE, 0, bytes, at, COOKIE.length);
        int start = at + COOKIE.length;
        int to = start;
        for (int i = headers.find(KnownHeader.COOKIE); i >= 0; i = headers.findNext(KnownHeader.COOKIE, i + 1)) {
            int n = headers.valueEnd(i) - headers.valueStart(i);
            if (n > 0 && to > start) {
                bytes[to++] = ';';
                bytes[to++] = ' ';
            }
            System.arraycopy(bytes, headers.valueStart(i), bytes, to, n);
            to += n;
        }
        headers.advance(to - at);
        headers.remove(KnownHeader.COOKIE);
        headers.addSpan(at, start, start, to);
    }

    /** Whether it is a wish for another protocol (RFC 8441), which the head now says as HTTP/1.1 does. */
    boolean isExtendedConnect() {
        return protocolEnd > 0;
    }

    /** The announced length of the body; -1 = none. */
    long contentLength() {
        return contentLength;
    }
}
