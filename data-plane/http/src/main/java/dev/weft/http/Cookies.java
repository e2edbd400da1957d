package dev.weft.http;

import java.util.Arrays;

/** Cookies of requests (RFC 6265 §4.2), read as Envoy reads them. Allocates nothing. */
public final class Cookies {
    /** No such cookie, or an empty one. */
    public static final long NONE = -1;

    private Cookies() {}

    /**
     * The value of the first cookie of that name, without its quotes.
     *
     * @return where it is in {@link HeaderBlock#bytes}: see {@link #start} and {@link #end}; {@link #NONE} when there is none
     */
    public static long find(HeaderBlock headers, byte[] name) {
        for (int i = headers.find(KnownHeader.COOKIE); i >= 0; i = headers.findNext(KnownHeader.COOKIE, i + 1)) {
            long value = in(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), name);
            if (value != NONE) {
                return value;
            }
        }
        return NONE;
    }

    public static int start(long span) {
        return (int) (span >>> 32);
    }

    public static int end(long span) {
        return (int) span;
    }

    private static long in(byte[] bytes, int start, int end, byte[] name) {
        for (int at = start; at < end; ) {
            int next = Spans.indexOf(';', bytes, at, end);
            while (at < next && bytes[at] == ' ') {
                at++;
            }
            int equals = Spans.indexOf('=', bytes, at, next);
            if (equals < next && Arrays.equals(name, 0, name.length, bytes, at, equals)) {
                boolean quoted = next - equals > 2 && bytes[equals + 1] == '"' && bytes[next - 1] == '"';
                int from = quoted ? equals + 2 : equals + 1;
                int to = quoted ? next - 1 : next;
                return from < to ? (long) from << 32 | to : NONE;
            }
            at = next + 1;
        }
        return NONE;
    }
}
