package dev.weft.route;

import com.google.re2j.Pattern;
import dev.weft.http.Ascii;
import dev.weft.xdsmodel.StringMatcher;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A {@link StringMatcher} over a span of bytes. Only a regex allocates. */
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
            case StringMatcher.Regex m -> new Regex(Regexes.compile(m.regex()));
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

    record Regex(Pattern pattern) implements TextMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return pattern.matches(new String(bytes, start, end - start, StandardCharsets.UTF_8));
        }
    }
}
