package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;

/** Fields that hold a list, each hop adding an element. */
final class HeaderLists {
    private HeaderLists() {}

    /**
     * Puts an element behind those there are. As in Envoy all lines become one, joined by commas without spaces, and the empty
     * ones are left out (RFC 9110 §5.3 allows both). Allocates nothing but what the block grows by.
     *
     * @param separator between the last element there was and the new one
     */
    static void append(HeaderBlock headers, KnownHeader name, byte[] separator, byte[] element) {
        int first = headers.find(name);
        int nameLength = first < 0 ? name.lowerName().length : headers.nameEnd(first) - headers.nameStart(first);
        int room = nameLength + separator.length + element.length;
        for (int i = first; i >= 0; i = headers.findNext(name, i + 1)) {
            room += headers.valueEnd(i) - headers.valueStart(i) + 1;
        }
        int at = headers.reserve(room);
        byte[] bytes = headers.bytes();
        if (first < 0) {
            System.arraycopy(name.lowerName(), 0, bytes, at, nameLength);
        } else {
            System.arraycopy(bytes, headers.nameStart(first), bytes, at, nameLength);
        }
        int value = at + nameLength;
        int end = value;
        for (int i = first; i >= 0; i = headers.findNext(name, i + 1)) {
            int length = headers.valueEnd(i) - headers.valueStart(i);
            if (length > 0 && end > value) {
                bytes[end++] = ',';
            }
            System.arraycopy(bytes, headers.valueStart(i), bytes, end, length);
            end += length;
        }
        if (end > value) {
            System.arraycopy(separator, 0, bytes, end, separator.length);
            end += separator.length;
        }
        System.arraycopy(element, 0, bytes, end, element.length);
        end += element.length;
        headers.remove(name);
        headers.advance(end - at);
        headers.addSpan(at, value, value, end);
    }

    /**
     * The element that has so many behind it, without the space around it: its bounds in the block's bytes, start in the upper
     * half, or -1 when there are not so many. Empty lines hold no element, empty elements count.
     */
    static long fromTheEnd(HeaderBlock headers, KnownHeader name, int behind) {
        if (!headers.has(name)) {
            return -1;
        }
        byte[] bytes = headers.bytes();
        int skip = behind;
        for (int i = headers.count() - 1; i >= 0; i--) {
            int start = headers.valueStart(i);
            int to = headers.valueEnd(i);
            if (headers.known(i) != name || start == to) {
                continue;
            }
            int from = comma(bytes, start, to);
            while (skip > 0 && from > start) {
                skip--;
                to = from - 1;
                from = comma(bytes, start, to);
            }
            if (skip == 0) {
                return trimmed(bytes, from, to);
            }
            skip--;
        }
        return -1;
    }

    /** Behind the last comma of a span, else its start. */
    private static int comma(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && bytes[at - 1] != ',') {
            at--;
        }
        return at;
    }

    private static long trimmed(byte[] bytes, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && isSpace(bytes[from])) {
            from++;
        }
        while (to > from && isSpace(bytes[to - 1])) {
            to--;
        }
        return (long) from << 32 | to;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }
}
