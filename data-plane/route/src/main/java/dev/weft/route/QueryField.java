package dev.weft.route;

import dev.weft.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A query parameter's name. The first parameter of the name counts; nothing is percent-decoded, as in Envoy. */
final class QueryField {
    private final byte[] name;

    QueryField(String name) {
        this.name = name.getBytes(StandardCharsets.UTF_8);
    }

    /** Where its value is in the head's bytes, for {@link #start} and {@link #end}; -1 when there is none. */
    long find(RequestHead head) {
        byte[] bytes = head.bytes();
        int end = head.targetEnd();
        int at = head.queryStart();
        while (at < end) {
            int next = indexOf('&', bytes, at, end);
            int equals = indexOf('=', bytes, at, next);
            if (Arrays.equals(name, 0, name.length, bytes, at, equals)) {
                return (long) Math.min(equals + 1, next) << 32 | next;
            }
            at = next + 1;
        }
        return -1;
    }

    static int start(long span) {
        return (int) (span >>> 32);
    }

    static int end(long span) {
        return (int) span;
    }

    /** Where the character is, or {@code end}. */
    private static int indexOf(char wanted, byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
