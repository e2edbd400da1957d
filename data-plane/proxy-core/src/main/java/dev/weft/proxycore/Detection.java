package dev.weft.proxycore;

import dev.weft.net.ClientHello;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the first bytes of a connection are. Decided by a pure function of the bytes; nothing is consumed. */
sealed interface Detection {
    /** Not decided: more bytes are needed. */
    record More() implements Detection {}

    /** Nothing we know. */
    record Opaque() implements Detection {}

    /** A TLS ClientHello with its server name (lower case; empty = none) and application protocols. */
    record Tls(String serverName, List<String> applicationProtocols) implements Detection {}

    /** HTTP in plaintext; the protocol in Envoy's words: {@code http/1.0}, {@code http/1.1} or {@code h2c}. */
    record Http(List<String> protocols) implements Detection {}

    Detection MORE = new More();
    Detection OPAQUE = new Opaque();

    /** The HTTP/2 connection preface (RFC 9113 §3.4). */
    byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    /** Twice the longest registered with IANA (UPDATEREDIRECTREF). */
    int LONGEST_METHOD = 32;

    /** A line longer than this without an end is not looked at further: HTTP if it asks for a path. */
    int MAX_REQUEST_LINE = 8 * 1024;

    /** Looks at readable bytes, of which there is at least one. */
    static Detection detect(ByteBuf bytes, boolean tls, boolean http, boolean deadlinePassed) {
        if (tls) {
            switch (ClientHello.parse(bytes)) {
                case ClientHello.Result.NeedMore more -> {
                    return deadlinePassed ? OPAQUE : MORE;
                }
                case ClientHello.Result.Hello hello -> {
                    return new Tls(hello.sni() == null ? "" : hello.sni(), hello.alpn());
                }
                case ClientHello.Result.NotTls not -> {}
            }
        }
        if (!http) {
            return OPAQUE;
        }
        Detection found = http(bytes);
        return found instanceof More && deadlinePassed ? OPAQUE : found;
    }

    private static Detection http(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int length = bytes.readableBytes();
        int same = 0;
        while (same < Math.min(length, PREFACE.length) && bytes.getByte(start + same) == PREFACE[same]) {
            same++;
        }
        if (same == PREFACE.length) {
            return new Http(List.of("h2c"));
        }
        if (same == length) {
            return MORE;
        }
        // A method is a token of upper-case letters for every method in use; anything else is not taken for HTTP.
        int at = 0;
        while (at < length && at <= LONGEST_METHOD && isMethodLetter(bytes.getByte(start + at))) {
            at++;
        }
        if (at == length && at <= LONGEST_METHOD) {
            return MORE;
        }
        if (at == 0 || at > LONGEST_METHOD || bytes.getByte(start + at) != ' ') {
            return OPAQUE;
        }
        int end = bytes.indexOf(start + at, start + length, (byte) '\n');
        if (end < 0) {
            boolean path = length > at + 1 && bytes.getByte(start + at + 1) == '/';
            return length <= MAX_REQUEST_LINE ? MORE : path ? new Http(List.of("http/1.1")) : OPAQUE;
        }
        String line =
                bytes.toString(start, end - start, StandardCharsets.ISO_8859_1).strip();
        return requestLine(line, line.lastIndexOf(' '));
    }

    /**
     * Whatever calls itself HTTP is, in any version: the codec refuses what it does not speak. As opaque bytes it would pass
     * by the routes, to servers that may speak it.
     */
    private static Detection requestLine(String line, int lastSpace) {
        if (line.startsWith("HTTP/", lastSpace + 1)) {
            return new Http(List.of(line.endsWith(" HTTP/1.0") ? "http/1.0" : "http/1.1"));
        }
        boolean old = line.startsWith("GET /") && lastSpace == 3; // HTTP/0.9: no version, no other method
        return old ? new Http(List.of("http/1.0")) : OPAQUE;
    }

    private static boolean isMethodLetter(byte b) {
        return b >= 'A' && b <= 'Z' || b == '-' || b == '_';
    }
}
