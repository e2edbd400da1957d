package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import java.util.concurrent.TimeUnit;

/** The {@code x-envoy-*} fields that a router adds unless {@code suppress_envoy_headers} says not to. */
final class EnvoyHeaders {
    private static final byte[] EXPECTED_TIMEOUT = Ascii.bytes("x-envoy-expected-rq-timeout-ms");
    private static final byte[] ORIGINAL_PATH = Ascii.bytes("x-envoy-original-path");
    private static final byte[] SERVICE_TIME = Ascii.bytes("x-envoy-upstream-service-time");
    private static final int MAX_DIGITS = 20;

    private EnvoyHeaders() {}

    /** How long the caller waits, in place of what it said itself. */
    static void expectedTimeout(HeaderBlock headers, byte[] millis) {
        for (int i = headers.find(EXPECTED_TIMEOUT, 0); i >= 0; i = headers.find(EXPECTED_TIMEOUT, i + 1)) {
            headers.removeAt(i);
        }
        if (millis.length > 0) {
            headers.add(EXPECTED_TIMEOUT, millis);
        }
    }

    /** The path before it is rewritten; a proxy in front may have said it already. */
    static void originalPath(RequestHead head) {
        if (head.headers().find(ORIGINAL_PATH, 0) < 0) {
            head.headers().add(ORIGINAL_PATH, head.bytes(), head.targetStart(), head.targetEnd());
        }
    }

    /** From the request's end to the response's head. */
    static void serviceTime(HeaderBlock headers, long nanos) {
        for (int i = headers.find(SERVICE_TIME, 0); i >= 0; i = headers.find(SERVICE_TIME, i + 1)) {
            headers.removeAt(i);
        }
        int at = headers.reserve(SERVICE_TIME.length + MAX_DIGITS);
        System.arraycopy(SERVICE_TIME, 0, headers.bytes(), at, SERVICE_TIME.length);
        int value = at + SERVICE_TIME.length;
        int end = Ascii.writeDecimal(headers.bytes(), value, Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos)));
        headers.advance(end - at);
        headers.addSpan(at, value, value, end);
    }
}
