package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.ResponseHead;

/**
 * What a head of HTTP/1 says and HTTP/2 cannot: the case of its field names, and a reason phrase of its own. It crosses a
 * connection of {@code weft-mux} as the value of {@code x-weft-mux}, the first field of the head; a head without it is of
 * HTTP/2 (decision 7, ADR 13).
 *
 * <p>Grammar: for each name, in the order written, {@code l} (lower case), {@code t} (each word begins with a capital) or
 * {@code x} hex-digits {@code .}, where bit n of digit i says that letter 4i+n is a capital. A request's first name is its
 * Host's. Between two slashes a response's reason phrase may follow: so the value neither begins nor ends with a space, as
 * no field's may. Clients write the same names in every request, so HPACK makes one byte of it.
 *
 * <p>The object reads one tag; one per parser, confined to its loop.
 */
final class MuxTag {
    static final byte[] NAME = Ascii.bytes("x-weft-mux");

    private static final byte LOWER = 'l';
    private static final byte TITLE = 't';
    private static final byte EXACT = 'x';
    private static final byte END = '.';

    /** Before and after a reason phrase. */
    static final byte REASON = '/';

    private static final byte[] HEX = Ascii.bytes("0123456789abcdef");

    /** Without a Host field to say otherwise it is written as nearly all write it. */
    static final byte DEFAULT_HOST = TITLE;

    private boolean present;
    private int at;
    private int end;

    // Writing.

    /** Appends the case of one name. */
    static void append(OutArray out, byte[] bytes, int start, int end) {
        boolean lower = true;
        boolean title = true;
        boolean wordBegins = true;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            boolean capital = b >= 'A' && b <= 'Z';
            lower &= !capital;
            title &= wordBegins ? b < 'a' || b > 'z' : !capital;
            wordBegins = b == '-';
        }
        if (lower || title) {
            append(out, lower ? LOWER : TITLE);
        } else {
            exact(out, bytes, start, end);
        }
    }

    private static void exact(OutArray out, byte[] bytes, int start, int end) {
        append(out, EXACT);
        for (int from = start; from < end; from += 4) {
            int bits = 0;
            for (int i = 0; i < 4 && from + i < end; i++) {
                byte b = bytes[from + i];
                bits |= b >= 'A' && b <= 'Z' ? 1 << i : 0;
            }
            append(out, HEX[bits]);
        }
        append(out, END);
    }

    static void append(OutArray out, byte b) {
        int at = out.room(1);
        out.bytes()[at] = b;
        out.length(at + 1);
    }

    // Reading.

    /** Forgets the tag of the head before. */
    void clear() {
        present = false;
    }

    /** Takes a tag in: a span of the array whose names follow. */
    void begin(int tagStart, int tagEnd) {
        present = true;
        at = tagStart;
        end = tagEnd;
    }

    boolean isPresent() {
        return present;
    }

    /** Gives the next name, which is in lower case, its own; one the tag does not speak of stays as it is. */
    void apply(byte[] bytes, int start, int nameEnd) {
        if (at >= end || bytes[at] == REASON) {
            return;
        }
        switch (bytes[at++]) {
            case TITLE -> title(bytes, start, nameEnd);
            case EXACT -> exact(bytes, start, nameEnd);
            default -> {}
        }
    }

    private static void title(byte[] bytes, int start, int nameEnd) {
        boolean wordBegins = true;
        for (int i = start; i < nameEnd; i++) {
            if (wordBegins) {
                capital(bytes, i);
            }
            wordBegins = bytes[i] == '-';
        }
    }

    private void exact(byte[] bytes, int start, int nameEnd) {
        for (int from = start; at < end && bytes[at] != END; from += 4) {
            int bits = Character.digit(bytes[at++], 16);
            for (int i = 0; i < 4 && from + i < nameEnd && bits > 0; i++) {
                if ((bits & 1 << i) != 0) {
                    capital(bytes, from + i);
                }
            }
        }
        at++;
    }

    private static void capital(byte[] bytes, int i) {
        if (bytes[i] >= 'a' && bytes[i] <= 'z') {
            bytes[i] -= 'a' - 'A';
        }
    }

    /** Gives the head the reason phrase there is, once all names had their turn. */
    void reason(ResponseHead head) {
        byte[] bytes = head.bytes();
        int start = at;
        while (start < end && bytes[start] != REASON) {
            start++;
        }
        if (end - start >= 2 && bytes[end - 1] == REASON) {
            head.reason(start + 1, end - 1);
        }
    }
}
