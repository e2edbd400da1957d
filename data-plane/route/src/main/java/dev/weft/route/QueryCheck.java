package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.QueryParameterMatcher;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A {@link QueryParameterMatcher}: the first parameter of the name counts; nothing is percent-decoded, as in Envoy. */
final class QueryCheck {
    private final byte[] name;
    private final @Nullable TextMatcher value;

    /** {@link IllegalArgumentException} when its regex is broken. */
    QueryCheck(QueryParameterMatcher config) {
        name = config.name().getBytes(StandardCharsets.UTF_8);
        value = config.matcher() == null ? null : TextMatcher.of(config.matcher());
    }

    boolean matches(RequestHead head) {
        byte[] bytes = head.bytes();
        int end = head.targetEnd();
        int at = head.queryStart();
        while (at < end) {
            int next = indexOf('&', bytes, at, end);
            int equals = indexOf('=', bytes, at, next);
            if (Arrays.equals(name, 0, name.length, bytes, at, equals)) {
                return value == null || value.matches(bytes, Math.min(equals + 1, next), next);
            }
            at = next + 1;
        }
        return false;
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
