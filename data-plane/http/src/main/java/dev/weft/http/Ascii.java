package dev.weft.http;

import java.nio.charset.StandardCharsets;

/** Comparisons and numbers over bytes, without Strings. */
public final class Ascii {
    private Ascii() {}

    /** Bytes of an ASCII constant. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The text of a span. Allocates: for logs and errors only. */
    public static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** Whether a span equals {@code lower} (already lower case), ignoring ASCII case. */
    public static boolean equalsIgnoreCase(byte[] lower, byte[] bytes, int start, int end) {
        if (end - start != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (lower(bytes[start + i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether a span equals {@code expected} byte for byte. */
    public static boolean equals(byte[] expected, byte[] bytes, int start, int end) {
        return java.util.Arrays.equals(expected, 0, expected.length, bytes, start, end);
    }

    /** The ASCII lower case of one byte. */
    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /** Writes a number ≥ 0 in decimal and answers the offset after it. Needs up to 19 bytes of room. */
    public static int writeDecimal(byte[] out, int at, long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        int end = at + digits;
        long rest = value;
        for (int i = end - 1; i >= at; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return end;
    }

    /** The decimal number below 2^63 of a span of digits and nothing else, or -1. Zeros may lead, however many. */
    public static long parseDecimal(byte[] bytes, int start, int end) {
        if (start >= end) {
            return -1;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /**
     * Whether a comma-separated list (as in Connection) holds {@code lower} as one of its elements, ignoring case and
     * space around it.
     */
    public static boolean listContains(byte[] lower, byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int comma = at;
            while (comma < end && bytes[comma] != ',') {
                comma++;
            }
            int from = at;
            int to = comma;
            while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
                from++;
            }
            while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
                to--;
            }
            if (equalsIgnoreCase(lower, bytes, from, to)) {
                return true;
            }
            at = comma + 1;
        }
        return false;
    }
}
