package dev.weft.http;

/** Searching in spans of bytes. */
public final class Spans {
    private Spans() {}

    /** Where the character is, or {@code end}. */
    public static int indexOf(char wanted, byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
