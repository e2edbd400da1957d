package dev.weft.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.base.RegexLimit;

/** Regular expressions of configuration: RE2 only, so that a hostile one cannot make matching slow (R26). */
final class Regexes {
    private Regexes() {}

    /** The compiled expression; {@link IllegalArgumentException} with the reason when it is broken or too large. */
    static Pattern compile(String regex) {
        try {
            // Envoy's dots match newlines neither; only the whole text counts, so no flags.
            Pattern pattern = Pattern.compile(regex);
            if (pattern.programSize() > RegexLimit.MAX_PROGRAM) {
                throw new IllegalArgumentException("the expression is too large (" + pattern.programSize()
                        + " instructions, at most " + RegexLimit.MAX_PROGRAM + ")");
            }
            return pattern;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not an RE2 expression: " + e.getMessage(), e);
        }
    }

    /** RE2's {@code \1} written as {@code $1}; a dollar sign stands for itself. */
    static String substitution(String re2) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < re2.length(); i++) {
            char c = re2.charAt(i);
            if (c == '$') {
                out.append("\\$");
            } else if (c == '\\' && i + 1 < re2.length()) {
                char next = re2.charAt(++i);
                if (next >= '0' && next <= '9') {
                    out.append('$').append(next);
                } else if (next == '\\') {
                    out.append("\\\\");
                } else {
                    throw new IllegalArgumentException("\\" + next + " in a substitution; only \\0 to \\9 and \\\\");
                }
            } else if (c == '\\') {
                throw new IllegalArgumentException("a substitution cannot end in a backslash");
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
