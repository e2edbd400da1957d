package dev.weft.proxycore;

import dev.weft.http.Ascii;
import java.time.Instant;
import java.util.Arrays;

/**
 * Log lines in an array that grows: written by one loop, handed to the writer's thread when they are many or old enough, and
 * used again when they are on disk ({@link LogWriter.Output}). Allocates nothing while a line is written. Confined to whoever
 * has it.
 */
final class LogLine {
    private static final int FIRST_CAPACITY = 4 * 1024;
    private static final byte[] HEX = Ascii.bytes("0123456789abcdef");
    private static final int SECOND_LENGTH = "yyyy-MM-ddTHH:mm:ss".length();

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;
    private long second = Long.MIN_VALUE; // of what is in secondText
    private final byte[] secondText = new byte[SECOND_LENGTH];

    int length() {
        return length;
    }

    /** What was written so far, up to {@link #length}. */
    byte[] bytes() {
        return bytes;
    }

    /** Begins afresh, in the same array. */
    void clear() {
        length = 0;
    }

    /** Appends what we have written ourselves. */
    void literal(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    /** Appends a value that is known to hold no control characters or quotes. */
    void plain(String ascii) {
        int n = ascii.length();
        room(n);
        for (int i = 0; i < n; i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
    }

    /**
     * Appends what a peer has chosen, which must not forge lines: control characters, quotes and backslashes are escaped.
     *
     * @param limit most bytes of it; negative = all
     */
    void foreign(byte[] from, int start, int end, int limit) {
        int last = limit < 0 ? end : Math.min(end, start + limit);
        room(4 * (last - start));
        for (int i = start; i < last; i++) {
            foreign(from[i] & 0xff);
        }
    }

    /** The same for a text. */
    void foreign(String text, int limit) {
        int last = limit < 0 ? text.length() : Math.min(text.length(), limit);
        room(4 * last);
        for (int i = 0; i < last; i++) {
            foreign(text.charAt(i) & 0xff);
        }
    }

    private void foreign(int c) {
        if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = 'x';
            bytes[length++] = HEX[c >> 4];
            bytes[length++] = HEX[c & 15];
        } else {
            bytes[length++] = (byte) c;
        }
    }

    /** Appends a number, not negative. */
    void decimal(long number) {
        room(20);
        length = Ascii.writeDecimal(bytes, length, number);
    }

    /** Appends a moment in UTC, {@code 2026-01-31T23:59:59.999Z}; its second is formatted once. */
    void time(long epochMillis) {
        long wanted = Math.floorDiv(epochMillis, 1000);
        if (wanted != second) {
            second = wanted;
            byte[] text = Ascii.bytes(Instant.ofEpochSecond(wanted).toString());
            System.arraycopy(text, 0, secondText, 0, SECOND_LENGTH);
        }
        literal(secondText);
        room(5);
        int millis = Math.floorMod(epochMillis, 1000);
        bytes[length++] = '.';
        bytes[length++] = (byte) ('0' + millis / 100);
        bytes[length++] = (byte) ('0' + millis / 10 % 10);
        bytes[length++] = (byte) ('0' + millis % 10);
        bytes[length++] = 'Z';
    }

    private void room(int n) {
        if (bytes.length - length < n) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + n));
        }
    }
}
