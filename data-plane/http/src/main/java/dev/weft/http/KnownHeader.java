package dev.weft.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Header fields the proxy itself looks at; recognised once while a head is parsed, then found by a bit test. */
public enum KnownHeader {
    HOST("host"),
    CONNECTION("connection"),
    KEEP_ALIVE("keep-alive"),
    PROXY_CONNECTION("proxy-connection"),
    TRANSFER_ENCODING("transfer-encoding"),
    CONTENT_LENGTH("content-length"),
    CONTENT_TYPE("content-type"),
    UPGRADE("upgrade"),
    HTTP2_SETTINGS("http2-settings"),
    EXPECT("expect"),
    TE("te"),
    TRAILER("trailer"),
    DATE("date"),
    SERVER("server"),
    LOCATION("location"),
    COOKIE("cookie"),
    SET_COOKIE("set-cookie"),
    USER_AGENT("user-agent"),
    AUTHORIZATION("authorization"),
    ACCEPT("accept"),
    VIA("via"),
    X_REQUEST_ID("x-request-id"),
    X_FORWARDED_FOR("x-forwarded-for"),
    X_FORWARDED_PROTO("x-forwarded-proto"),
    X_FORWARDED_HOST("x-forwarded-host"),
    X_FORWARDED_PORT("x-forwarded-port"),
    X_FORWARDED_CLIENT_CERT("x-forwarded-client-cert"),
    X_WEFT_PEER("x-weft-peer"),
    X_WEFT_MUX("x-weft-mux"),
    TRACEPARENT("traceparent"),
    GRPC_TIMEOUT("grpc-timeout"),
    GRPC_STATUS("grpc-status");

    private static final KnownHeader[] VALUES = values();
    private static final KnownHeader[][] BY_LENGTH = byLength();

    private final byte[] lowerName;

    KnownHeader(String name) {
        this.lowerName = name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The name in lower case; callers must not change it. */
    @SuppressWarnings("MutableMethodReturnType")
    public byte[] lowerName() {
        return lowerName;
    }

    static KnownHeader of(int id) {
        return VALUES[id];
    }

    /** The header of that name in any case, or null. Does not allocate. */
    static @Nullable KnownHeader recognise(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length >= BY_LENGTH.length) {
            return null;
        }
        for (KnownHeader candidate : BY_LENGTH[length]) {
            if (Ascii.equalsIgnoreCase(candidate.lowerName, bytes, start, end)) {
                return candidate;
            }
        }
        return null;
    }

    private static KnownHeader[][] byLength() {
        int longest = 0;
        for (KnownHeader header : VALUES) {
            longest = Math.max(longest, header.lowerName.length);
        }
        KnownHeader[][] table = new KnownHeader[longest + 1][];
        for (int length = 0; length <= longest; length++) {
            List<KnownHeader> same = new ArrayList<>();
            for (KnownHeader header : VALUES) {
                if (header.lowerName.length == length) {
                    same.add(header);
                }
            }
            table[length] = same.toArray(KnownHeader[]::new);
        }
        return table;
    }
}
