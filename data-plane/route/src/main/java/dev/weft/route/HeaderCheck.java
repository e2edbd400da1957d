package dev.weft.route;

import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.HeaderMatcher;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A {@link HeaderMatcher} over a request head. Of a header that comes in several lines one line must match; an inverted
 * matcher wants that none does (as Envoy 1.40 answers; RFC 9110 §5.3 would let the lines be joined).
 */
public final class HeaderCheck {
    /** What the name stands for. */
    private enum Source {
        FIELD,
        METHOD,
        AUTHORITY,
        PATH,
        SCHEME
    }

    private static final byte[] HTTP = "http".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY = {};

    private final Source source;
    private final byte[] name;
    private final HeaderMatcher.Check check;
    private final @Nullable TextMatcher text;
    private final boolean invert;
    private final boolean missingAsEmpty;

    /** {@link IllegalArgumentException} when its regex is broken. */
    public HeaderCheck(HeaderMatcher config) {
        String lower = config.name().toLowerCase(Locale.ROOT);
        source = switch (lower) {
            case ":method" -> Source.METHOD;
            case ":authority", "host" -> Source.AUTHORITY;
            case ":path" -> Source.PATH;
            case ":scheme" -> Source.SCHEME;
            default -> Source.FIELD;
        };
        name = lower.getBytes(StandardCharsets.UTF_8);
        check = config.check();
        text = config.check() instanceof HeaderMatcher.Check.Value value ? TextMatcher.of(value.matcher()) : null;
        invert = config.invertMatch();
        missingAsEmpty = config.treatMissingHeaderAsEmpty();
    }

    /** Whether the request has it. */
    public boolean matches(RequestHead head) {
        HeaderBlock headers = head.headers();
        switch (source) {
            case METHOD -> {
                return decide(head.bytes(), head.methodStart(), head.methodEnd(), true);
            }
            case AUTHORITY -> {
                int start = head.authorityStart();
                return decide(head.bytes(), start, head.authorityEnd(), start < head.authorityEnd());
            }
            case PATH -> {
                int start = head.targetStart();
                return decide(head.bytes(), start, head.targetEnd(), start < head.targetEnd());
            }
            case SCHEME -> {
                int i = headers.find(KnownHeader.X_FORWARDED_PROTO);
                return i < 0
                        ? decide(HTTP, 0, HTTP.length, true)
                        : decide(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), true);
            }
            case FIELD -> {
                int first = headers.find(name, 0);
                return first < 0 ? decide(EMPTY, 0, 0, false) : decideLines(headers, first);
            }
        }
        throw new IllegalStateException(source.name());
    }

    private boolean decideLines(HeaderBlock headers, int first) {
        for (int i = first; i >= 0; i = headers.find(name, i + 1)) {
            // What decide() says before it is inverted: whether this line matches.
            if (decide(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), true) != invert) {
                return !invert;
            }
        }
        return invert;
    }

    private boolean decide(byte[] bytes, int start, int end, boolean present) {
        if (check instanceof HeaderMatcher.Check.Present wanted) {
            return (present == wanted.present()) != invert;
        }
        if (!present && !missingAsEmpty) {
            return false; // a missing header matches no value, inverted or not
        }
        boolean matches = text != null
                ? text.matches(bytes, start, end)
                : check instanceof HeaderMatcher.Check.Range range && inRange(range, bytes, start, end);
        return matches != invert;
    }

    private static boolean inRange(HeaderMatcher.Check.Range range, byte[] bytes, int start, int end) {
        if (start >= end || end - start > 20) {
            return false;
        }
        try {
            long value = Long.parseLong(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
            return value >= range.start() && value < range.end();
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
