package dev.weft.xdsmodel;

/** {@code envoy.type.matcher.v3.StringMatcher}. */
public sealed interface StringMatcher {
    record Exact(String value, boolean ignoreCase) implements StringMatcher {}

    record Prefix(String value, boolean ignoreCase) implements StringMatcher {}

    record Suffix(String value, boolean ignoreCase) implements StringMatcher {}

    record Contains(String value, boolean ignoreCase) implements StringMatcher {}

    /** RE2 syntax, the whole value. */
    record Regex(String regex) implements StringMatcher {}

    static StringMatcher exact(String value) {
        return new Exact(value, false);
    }
}
