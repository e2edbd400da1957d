package dev.weft.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Character classes of RFC 9110 and 9112 and searches over byte arrays, eight bytes at a time where it pays. */
final class Syntax {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final boolean[] TOKEN = table("!#$%&'*+-.^_`|~", true);
    // RFC 3986 §3.2: reg-name, IP literals and a port; no user info.
    private static final boolean[] AUTHORITY = table("-._~!$&'()*+;=:[]%", true);

    private Syntax() {}

    /** Index of the first LF in [from, to), or -1. */
    static int indexOfLf(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long word = (long) LONG.get(bytes, i) ^ 0x0A0A0A0A0A0A0A0AL;
            long hit = word - ONES & ~word & HIGHS;
            if (hit != 0) {
                return i + (Long.numberOfTrailingZeros(hit) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Whether [from, to) is a token (RFC 9110 §5.6.2) of at least one character. */
    static boolean isToken(byte[] bytes, int from, int to) {
        return from < to && endOfToken(bytes, from, to) == to;
    }

    /** First index in [from, to) whose character may not be in a token, or to. */
    static int endOfToken(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && TOKEN[bytes[i] & 0xff]) {
            i++;
        }
        return i;
    }

    /** Whether [from, to) may be a field value: no control character but HTAB. Bytes from 0x80 on are allowed. */
    static boolean isFieldValue(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long word = (long) LONG.get(bytes, i);
            long below = word - ONES * 0x20 & ~word & HIGHS; // bytes < 0x20
            long x = word ^ ONES * 0x7f;
            long delete = x - ONES & ~x & HIGHS;
            if ((below | delete) != 0 && !isFieldValueSlow(bytes, i, i + 8)) {
                return false;
            }
        }
        return isFieldValueSlow(bytes, i, to);
    }

    private static boolean isFieldValueSlow(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            int c = bytes[i] & 0xff;
            if (c < 0x20 && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Whether [from, to) may be a request target: visible ASCII without {@code #}. */
    static boolean isTarget(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (c <= 0x20 || c == 0x7f || c == '#') { // bytes from 0x80 on are negative
                return false;
            }
        }
        return from < to;
    }

    /** Whether [from, to) may be host and optional port. Empty is allowed (RFC 9110 §7.2). */
    static boolean isAuthority(byte[] bytes, int from, int to) {
        int lastColon = -1;
        int colons = 0;
        for (int i = from; i < to; i++) {
            if (!AUTHORITY[bytes[i] & 0xff]) {
                return false;
            }
            if (bytes[i] == ':') {
                lastColon = i;
                colons++;
            }
        }
        if (from < to && bytes[from] == '[') {
            int close = from;
            while (close < to && bytes[close] != ']') {
                close++;
            }
            return close < to && (close + 1 == to || bytes[close + 1] == ':' && digits(bytes, close + 2, to));
        }
        return colons == 0 || colons == 1 && lastColon > from && digits(bytes, lastColon + 1, to);
    }

    private static boolean digits(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return to - from <= 5;
    }

    private static boolean[] table(String punctuation, boolean alphanumeric) {
        boolean[] table = new boolean[256];
        for (char c = 0; c < 128; c++) {
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            table[c] = alphanumeric && letter || punctuation.indexOf(c) >= 0;
        }
        return table;
    }
}
