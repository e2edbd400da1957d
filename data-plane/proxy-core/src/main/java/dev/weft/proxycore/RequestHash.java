package dev.weft.proxycore;

import dev.weft.balance.XxHash64;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
import dev.weft.http.Cookies;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.Spans;
import dev.weft.xdsmodel.HashPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route's {@code hash_policy}: what of a request decides which endpoint it goes to, hashed and combined as Envoy does.
 * Immutable; shared by all loops. Allocates nothing but for a header of several values, a cookie that is given, and an
 * address from {@code x-forwarded-for}.
 */
final class RequestHash {
    /** There is nothing to hash. A hash of this value (one in 2⁶⁴) counts as none. */
    static final long NONE = 0;

    private final Source[] sources;
    private final boolean[] terminal;
    private final boolean ofClient;

    /** Gives the hash of what it stands for, or {@link #NONE}. */
    private interface Source {
        long hash(Exchange exchange, RequestHead head);
    }

    private RequestHash(List<HashPolicy> policies) {
        sources = policies.stream().map(policy -> source(policy.source())).toArray(Source[]::new);
        ofClient = policies.stream().anyMatch(policy -> policy.source() instanceof HashPolicy.Source.SourceIp);
        terminal = new boolean[sources.length];
        for (int i = 0; i < terminal.length; i++) {
            terminal[i] = policies.get(i).terminal();
        }
    }

    /** Null without policies. */
    static @Nullable RequestHash of(List<HashPolicy> policies) {
        return policies.isEmpty() ? null : new RequestHash(policies);
    }

    /** Whether it needs {@link Exchange#client}. */
    boolean isOfClient() {
        return ofClient;
    }

    private static Source source(HashPolicy.Source source) {
        return switch (source) {
            case HashPolicy.Source.Header header -> new OfHeader(Ascii.bytes(header.name()));
            case HashPolicy.Source.Cookie cookie -> new OfCookie(cookie);
            case HashPolicy.Source.SourceIp ip -> RequestHash::ofClient;
            case HashPolicy.Source.QueryParameter query -> new OfQuery(Ascii.bytes(query.name()));
        };
    }

    /** The hash of a request, or {@link #NONE}. */
    long of(Exchange exchange, RequestHead head) {
        long hash = NONE;
        for (int i = 0; i < sources.length; i++) {
            long next = sources[i].hash(exchange, head);
            if (next != NONE) {
                // Turned, so that the same thing twice does not come to nothing.
                hash = Long.rotateLeft(hash, 1) ^ next;
            }
            if (terminal[i] && hash != NONE) {
                break;
            }
        }
        return hash;
    }

    private static long ofClient(Exchange exchange, RequestHead head) {
        byte[] client = exchange.client;
        return XxHash64.hash(
                client == null ? exchange.connection.info().remoteIpText() : Ascii.bytes(IpLiteral.format(client)));
    }

    private static long span(byte[] bytes, int start, int end) {
        return XxHash64.hash(bytes, start, end, 0);
    }

    private record OfHeader(byte[] name) implements Source {
        private static final byte[] PATH = Ascii.bytes(":path");
        private static final byte[] METHOD = Ascii.bytes(":method");
        private static final byte[] AUTHORITY = Ascii.bytes(":authority");
        private static final byte[] HOST = Ascii.bytes("host");

        @Override
        public long hash(Exchange exchange, RequestHead head) {
            byte[] bytes = head.bytes();
            if (Arrays.equals(name, AUTHORITY) || Arrays.equals(name, HOST)) {
                return span(bytes, head.authorityStart(), head.authorityEnd());
            }
            if (Arrays.equals(name, PATH)) {
                return span(bytes, head.targetStart(), head.targetEnd());
            }
            if (Arrays.equals(name, METHOD)) {
                return span(bytes, head.methodStart(), head.methodEnd());
            }
            HeaderBlock headers = head.headers();
            int first = headers.find(name, 0);
            if (first < 0) {
                return NONE;
            }
            if (headers.find(name, first + 1) >= 0) {
                return severalValues(headers, first);
            }
            return span(headers.bytes(), headers.valueStart(first), headers.valueEnd(first));
        }

        /** In the order of their bytes, so that the order of the fields does not matter. */
        private long severalValues(HeaderBlock headers, int first) {
            List<byte[]> values = new ArrayList<>();
            for (int i = first; i >= 0; i = headers.find(name, i + 1)) {
                values.add(Arrays.copyOfRange(headers.bytes(), headers.valueStart(i), headers.valueEnd(i)));
            }
            values.sort(Arrays::compareUnsigned);
            long hash = 0;
            for (byte[] value : values) {
                hash = XxHash64.hash(value, 0, value.length, hash);
            }
            return hash;
        }
    }

    private record OfQuery(byte[] name) implements Source {
        @Override
        public long hash(Exchange exchange, RequestHead head) {
            byte[] bytes = head.bytes();
            int end = head.targetEnd();
            for (int at = head.queryStart(); at < end; ) {
                int next = Spans.indexOf('&', bytes, at, end);
                int equals = Spans.indexOf('=', bytes, at, next);
                if (Arrays.equals(name, 0, name.length, bytes, at, equals)) {
                    return span(bytes, Math.min(equals + 1, next), next);
                }
                at = next + 1;
            }
            return NONE;
        }
    }

    /** A cookie's value. Who has none is given one, if the policy says so; until it comes back the hash is that of it. */
    private static final class OfCookie implements Source {
        private final byte[] name;
        private final @Nullable NewCookie given;

        OfCookie(HashPolicy.Source.Cookie cookie) {
            name = Ascii.bytes(cookie.name());
            given = cookie.ttl() == null ? null : new NewCookie(cookie);
        }

        @Override
        public long hash(Exchange exchange, RequestHead head) {
            HeaderBlock headers = head.headers();
            long cookie = Cookies.find(headers, name);
            if (cookie != Cookies.NONE) {
                return span(headers.bytes(), Cookies.start(cookie), Cookies.end(cookie));
            }
            if (given == null) {
                return NONE;
            }
            byte[] value = NewCookie.value(exchange.connection.info());
            exchange.giveCookie(given.field(value));
            return XxHash64.hash(value);
        }
    }
}
