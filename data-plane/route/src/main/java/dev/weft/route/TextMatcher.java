package dev.weft.route;

import com.google.re2j.Pattern;
import dev.weft.http.Ascii;
import dev.weft.xdsmodel.StringMatcher;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link StringMatcher} over a span of bytes. Only a regex may allocate, of a text beyond ASCII or where it is uncommon. */
public sealed interface TextMatcher {
    /** Whether the span from {@code start} up to {@code end} is what is meant. */
    boolean matches(byte[] bytes, int start, int end);

    /** The matcher; {@link IllegalArgumentException} when its regex is broken or too large. */
    static TextMatcher of(StringMatcher matcher) {
        return switch (matcher) {
            case StringMatcher.Exact m -> new Exact(fold(m.value(), m.ignoreCase()), m.ignoreCase());
            case StringMatcher.Prefix m -> new Prefix(fold(m.value(), m.ignoreCase()), m.ignoreCase());
            case StringMatcher.Suffix m -> new Suffix(fold(m.value(), m.ignoreCase()), m.ignoreCase());
            case StringMatcher.Contains m -> new Contains(fold(m.value(), m.ignoreCase()), m.ignoreCase());
            case StringMatcher.Regex m -> Regex.of(m.regex());
        };
    }

    private static byte[] fold(String text, boolean ignoreCase) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (ignoreCase) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = Ascii.lower(bytes[i]);
            }
        }
        return bytes;
    }

    /** Whether {@code expected} (lower case if folded) stands at {@code at}; the caller has checked the length. */
    static boolean regionMatches(byte[] expected, boolean fold, byte[] bytes, int at) {
        if (!fold) {
            return Arrays.equals(expected, 0, expected.length, bytes, at, at + expected.length);
        }
        for (int i = 0; i < expected.length; i++) {
            if (Ascii.lower(bytes[at + i]) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    record Exact(byte[] value, boolean fold) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start == value.length && regionMatches(value, fold, bytes, start);
        }
    }

    record Prefix(byte[] value, boolean fold) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start >= value.length && regionMatches(value, fold, bytes, start);
        }
    }

    /** Equal, or longer with a slash behind it. */
    record SeparatedPrefix(byte[] value, boolean fold) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            int length = end - start;
            return length >= value.length
                    && regionMatches(value, fold, bytes, start)
                    && (length == value.length || bytes[start + value.length] == '/');
        }
    }

    record Suffix(byte[] value, boolean fold) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start >= value.length && regionMatches(value, fold, bytes, end - value.length);
        }
    }

    record Contains(byte[] value, boolean fold) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            for (int at = start; at <= end - value.length; at++) {
                if (regionMatches(value, fold, bytes, at)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** @param dfa null where only RE2 can match it */
    record Regex(Pattern pattern, @Nullable Dfa dfa) implements TextMatcher {
        static Regex of(String regex) {
            Pattern pattern = Regexes.compile(regex);
            RegexTree tree = RegexParser.parse(regex);
            return new Regex(pattern, tree == null ? null : Dfa.of(List.of(tree)));
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            int state = dfa == null ? Dfa.NOT_ASCII : dfa.run(bytes, start, end);
            return dfa == null || state == Dfa.NOT_ASCII
                    ? pattern.matches(new String(bytes, start, end - start, StandardCharsets.UTF_8))
                    : dfa.accepted(state).length > 0;
        }
    }
}
