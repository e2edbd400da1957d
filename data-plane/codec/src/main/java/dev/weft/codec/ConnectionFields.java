package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;

/** What a head says of the HTTP/1 connection it came over (RFC 9110 §7.6.1, RFC 9112 §9). */
final class ConnectionFields {
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] TIMEOUT = Ascii.bytes("timeout=");
    private static final byte[] EXPECT_CONTINUE = Ascii.bytes("100-continue");

    private ConnectionFields() {}

    /** Whether the connection is good for another request after this one. */
    static boolean keepsAlive(RequestHead request) {
        return request.method() != HttpMethod.CONNECT && keepsAlive(request.headers(), request.version());
    }

    /** Whether the connection is good for another request after this response. */
    static boolean keepsAlive(ResponseHead response) {
        return keepsAlive(response.headers(), response.version());
    }

    private static boolean keepsAlive(HeaderBlock headers, HttpVersion version) {
        boolean named = headers.has(KnownHeader.CONNECTION);
        return version == HttpVersion.HTTP_1_0
                ? named && headers.listContains(KnownHeader.CONNECTION, KEEP_ALIVE)
                : !named || !headers.listContains(KnownHeader.CONNECTION, CLOSE);
    }

    /** Seconds of {@code Keep-Alive: timeout=}, or -1 when none are named. */
    static long keepAliveSeconds(HeaderBlock headers) {
        int index = headers.find(KnownHeader.KEEP_ALIVE);
        if (index < 0) {
            return -1;
        }
        byte[] bytes = headers.bytes();
        int start = headers.valueStart(index);
        int end = headers.valueEnd(index);
        // RFC 2068 19.7.1.1: a list of parameters in any order.
        while (start < end) {
            int digits = start + TIMEOUT.length;
            if (digits < end && Ascii.equalsIgnoreCase(TIMEOUT, bytes, start, digits)) {
                int stop = digits;
                while (stop < end && bytes[stop] >= '0' && bytes[stop] <= '9') {
                    stop++;
                }
                return Ascii.parseDecimal(bytes, digits, stop);
            }
            while (start < end && bytes[start] != ',') {
                start++;
            }
            start++;
            while (start < end && bytes[start] == ' ') {
                start++;
            }
        }
        return -1;
    }

    /** Takes the expectation of {@code 100-continue} out; answers whether there was one. */
    static boolean takeExpectContinue(HeaderBlock headers) {
        int expect = headers.find(KnownHeader.EXPECT);
        if (expect < 0
                || !Ascii.equalsIgnoreCase(
                        EXPECT_CONTINUE, headers.bytes(), headers.valueStart(expect), headers.valueEnd(expect))) {
            return false;
        }
        headers.remove(KnownHeader.EXPECT);
        return true;
    }

    /** Fields that Connection names are the peer's own, unless they are nothing to be named there. */
    static void dropNominated(HeaderBlock headers) {
        if (!headers.has(KnownHeader.CONNECTION) || namesNoField(headers)) {
            return;
        }
        int count = headers.count();
        for (int i = 0; i < count; i++) {
            if (headers.known(i) == null && !headers.isRemoved(i) && nominates(headers, i)) {
                headers.removeAt(i);
            }
        }
    }

    /** What most who send a Connection say: then there is nothing to compare. */
    private static boolean namesNoField(HeaderBlock headers) {
        int field = headers.find(KnownHeader.CONNECTION);
        int start = headers.valueStart(field);
        int end = headers.valueEnd(field);
        return (Ascii.equalsIgnoreCase(KEEP_ALIVE, headers.bytes(), start, end)
                        || Ascii.equalsIgnoreCase(CLOSE, headers.bytes(), start, end))
                && headers.findNext(KnownHeader.CONNECTION, field + 1) < 0;
    }

    private static boolean nominates(HeaderBlock headers, int field) {
        for (int i = headers.find(KnownHeader.CONNECTION);
                i >= 0;
                i = headers.findNext(KnownHeader.CONNECTION, i + 1)) {
            int start = headers.valueStart(i);
            int end = headers.valueEnd(i);
            if (end - start < headers.nameEnd(field) - headers.nameStart(field)) {
                continue;
            }
            byte[] name = new byte[headers.nameEnd(field) - headers.nameStart(field)];
            for (int k = 0; k < name.length; k++) {
                name[k] = Ascii.lower(headers.bytes()[headers.nameStart(field) + k]);
            }
            if (Ascii.listContains(name, headers.bytes(), start, end)) {
                return true;
            }
        }
        return false;
    }
}
