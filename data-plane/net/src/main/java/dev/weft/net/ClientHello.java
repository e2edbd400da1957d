package dev.weft.net;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a TLS ClientHello without taking part in the handshake: what a listener needs to choose a filter chain. Any bytes
 * are safe to give. A hello that says its name or protocols twice is broken (RFC 8446 §4.2, RFC 6066 §3): whoever ends the
 * TLS might believe the other one.
 */
public final class ClientHello {
    // Envoy's tls_inspector: max_client_hello_size, 16 KiB
    private static final int MAX_LENGTH = 16 * 1024;
    // RFC 8446 §5.1, §4
    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    // RFC 6066 §3, RFC 7301 §3.1
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int HOST_NAME = 0;

    private ClientHello() {}

    /** What the first bytes of a connection are. */
    public sealed interface Result {
        /** Might become a ClientHello. */
        record NeedMore() implements Result {}

        /** Not TLS, or broken. */
        record NotTls() implements Result {}

        /**
         * A whole ClientHello.
         *
         * @param sni lower case; null = none
         * @param alpn in the client's order; empty = none
         */
        record Hello(@Nullable String sni, List<String> alpn) implements Result {
            public Hello {
                alpn = List.copyOf(alpn);
            }
        }
    }

    private static final Result NEED_MORE = new Result.NeedMore();
    private static final Result NOT_TLS = new Result.NotTls();

    /** Looks at the readable bytes; reads none of them away. */
    public static Result parse(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int available = bytes.readableBytes();
        if (available == 0) {
            return NEED_MORE;
        }
        if (bytes.getUnsignedByte(start) != HANDSHAKE_RECORD) {
            return NOT_TLS;
        }
        if (available >= 2 && bytes.getUnsignedByte(start + 1) != 3) { // 3.1 to 3.4
            return NOT_TLS;
        }
        return assemble(bytes, start, available);
    }

    /** Joins the handshake message from its records: a large hello may be in several. */
    private static Result assemble(ByteBuf bytes, int start, int available) {
        byte[] message = new byte[Math.min(available, MAX_LENGTH)];
        int length = 0;
        int at = start;
        int end = start + available;
        while (end - at >= RECORD_HEADER) {
            int recordLength = bytes.getUnsignedShort(at + 3);
            if (bytes.getUnsignedByte(at) != HANDSHAKE_RECORD || recordLength == 0 || recordLength > MAX_LENGTH + 256) {
                return NOT_TLS;
            }
            int have = Math.min(recordLength, end - at - RECORD_HEADER);
            if (length + have > MAX_LENGTH) {
                return NOT_TLS;
            }
            bytes.getBytes(at + RECORD_HEADER, message, length, have);
            length += have;
            if (length >= 4) {
                if (message[0] != CLIENT_HELLO) {
                    return NOT_TLS;
                }
                int wanted = (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | message[3] & 0xff;
                if (wanted > MAX_LENGTH) {
                    return NOT_TLS;
                }
                if (length - 4 >= wanted) {
                    return new Reader(message, 4, 4 + wanted).hello();
                }
            }
            at += RECORD_HEADER + recordLength;
        }
        return available >= MAX_LENGTH + RECORD_HEADER ? NOT_TLS : NEED_MORE;
    }

    /** A cursor over one vector; a length that points outside makes it {@code broken}. */
    private static final class Reader {
        private final byte[] bytes;
        private final int end;
        private int at;
        private boolean broken;

        Reader(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        Result hello() {
            skip(2 + 32); // version, random
            vector(1); // session id
            vector(2); // cipher suites
            vector(1); // compression methods
            if (broken) {
                return NOT_TLS;
            }
            String sni = null;
            List<String> alpn = List.of();
            if (at < end) {
                int seen = 0; // of the two extensions that count
                Reader extensions = vector(2);
                while (!extensions.broken && extensions.at < extensions.end) {
                    int type = extensions.number(2);
                    Reader body = extensions.vector(2);
                    if (type == SERVER_NAME) {
                        sni = body.serverName();
                    } else if (type == ALPN) {
                        alpn = body.protocols();
                    } else {
                        continue;
                    }
                    broken |= body.broken || body.at < body.end || (seen & 1 << type) != 0;
                    seen |= 1 << type;
                }
                broken |= extensions.broken;
            }
            return broken ? NOT_TLS : new Result.Hello(sni, alpn);
        }

        private @Nullable String serverName() {
            String found = null;
            Reader names = vector(2);
            while (!names.broken && names.at < names.end) {
                int type = names.number(1);
                Reader name = names.name(2);
                if (type == HOST_NAME && !names.broken) {
                    broken |= found != null;
                    found = new String(name.bytes, name.at, name.end - name.at, StandardCharsets.US_ASCII)
                            .toLowerCase(Locale.ROOT);
                }
            }
            broken |= names.broken;
            return found;
        }

        private List<String> protocols() {
            List<String> protocols = new ArrayList<>();
            Reader list = vector(2);
            while (!list.broken && list.at < list.end) {
                Reader name = list.name(1);
                protocols.add(new String(name.bytes, name.at, name.end - name.at, StandardCharsets.ISO_8859_1));
            }
            broken |= list.broken;
            return protocols;
        }

        private void skip(int n) {
            if (end - at < n) {
                broken = true;
            } else {
                at += n;
            }
        }

        private int number(int octets) {
            if (end - at < octets) {
                broken = true;
                return 0;
            }
            int value = 0;
            for (int i = 0; i < octets; i++) {
                value = value << 8 | bytes[at++] & 0xff;
            }
            return value;
        }

        /** A vector that must not be empty (RFC 6066 §3, RFC 7301 §3.1). */
        private Reader name(int lengthOctets) {
            Reader name = vector(lengthOctets);
            broken |= name.at == name.end;
            return name;
        }

        /** What follows a length of so many octets; this cursor moves past it. */
        private Reader vector(int lengthOctets) {
            int length = number(lengthOctets);
            if (broken || end - at < length) {
                broken = true;
                return new Reader(bytes, at, at);
            }
            Reader inside = new Reader(bytes, at, at + length);
            at += length;
            return inside;
        }
    }
}
