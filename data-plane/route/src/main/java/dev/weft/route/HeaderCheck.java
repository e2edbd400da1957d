package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.HeaderMatcher;
import org.jspecify.annotations.Nullable;

/**
 * A {@link HeaderMatcher} over a request head. Of a header that comes in several lines one line must match; an inverted
 * matcher wants that none does (as Envoy 1.40 answers; RFC 9110 §5.3 would let the lines be joined).
 */
public final class HeaderCheck {
    private static final byte[] EMPTY = {};

    private final HeaderField field;
    private final HeaderMatcher.Check check;
    private final @Nullable TextMatcher text;
    private final boolean invert;
    private final boolean missingAsEmpty;

    /** {@link IllegalArgumentException} when its regex is broken. */
    public HeaderCheck(HeaderMatcher config) {
        field = new HeaderField(config.name());
        check = config.check();
        text = config.check() instanceof HeaderMatcher.Check.Value value ? TextMatcher.of(value.matcher()) : null;
        invert = config.invertMatch();
        missingAsEmpty = config.treatMissingHeaderAsEmpty();
    }

    /** Whether the request has it. */
    public boolean matches(RequestHead head) {
        int line = field.first(head);
        if (check instanceof HeaderMatcher.Check.Present wanted) {
            return (line >= 0 == wanted.present()) != invert;
        }
        if (line < 0) {
            // A missing header matches no value, inverted or not.
            return missingAsEmpty && matches(EMPTY, 0, 0) != invert;
        }
        while (line >= 0) {
            if (matches(field.bytes(head, line), field.start(head, line), field.end(head, line))) {
                return !invert;
            }
            line = field.next(head, line);
        }
        return invert;
    }

    private boolean matches(byte[] bytes, int start, int end) {
        return text != null
                ? text.matches(bytes, start, end)
                : check instanceof HeaderMatcher.Check.Range range && inRange(range, bytes, start, end);
    }

    private static boolean inRange(HeaderMatcher.Check.Range range, byte[] bytes, int start, int end) {
        boolean signed = start < end && (bytes[start] == '-' || bytes[start] == '+');
        int at = signed ? start + 1 : start;
        if (at >= end || end - at > 19) {
            return false;
        }
        long value = 0; // negative on the way, as the least number has no positive counterpart
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        if (!signed || bytes[start] == '+') {
            if (value == Long.MIN_VALUE) {
                return false;
            }
            value = -value;
        }
        return value >= range.start() && value < range.end();
    }
}
