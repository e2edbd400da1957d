package dev.weft.xdsmodel;

/**
 * {@code envoy.config.route.v3.HeaderMatcher}.
 *
 * @param name lower case, or a pseudo header ({@code :method}, {@code :authority}, {@code :path}, {@code :scheme})
 * @param invertMatch default false
 * @param treatMissingHeaderAsEmpty default false: a missing header never matches a value
 */
public record HeaderMatcher(String name, Check check, boolean invertMatch, boolean treatMissingHeaderAsEmpty) {
    /** What is asked of the header. Several lines of one name are joined with a comma first. */
    public sealed interface Check {
        record Value(StringMatcher matcher) implements Check {}

        /** Present (true) or absent (false). */
        record Present(boolean present) implements Check {}

        /** A decimal integer, {@code start} ≤ value &lt; {@code end}. */
        record Range(long start, long end) implements Check {}
    }

    public static HeaderMatcher of(String name, StringMatcher matcher) {
        return new HeaderMatcher(name, new Check.Value(matcher), false, false);
    }
}
