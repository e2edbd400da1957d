package dev.weft.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** Regular expressions of configuration: RE2 only, so that a hostile one cannot make matching slow (R26). */
final class Regexes {
    // R25: a limit on what one expression may cost. Envoy's own (re2.max_program_size) is off by default.
    static final int MAX_PROGRAM = 1000;

    private Regexes() {}

    /** The compiled expression; {@link IllegalArgumentException} with the reason when it is broken or too large. */
    static Pattern compile(String regex) {
        try {
            // Envoy's dots match newlines neither; only the whole text counts, so no flags.
            Pattern pattern = Pattern.compile(regex);
            if (pattern.programSize() > MAX_PROGRAM) {
                throw new IllegalArgumentException("the expression is too large (" + pattern.programSize()
                        + " instructions, at most " + MAX_PROGRAM + ")");
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
