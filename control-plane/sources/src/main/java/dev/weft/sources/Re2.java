package dev.weft.sources;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.base.RegexLimit;

/** Checks regular expressions with the library and limit of the proxies that will compile them. */
final class Re2 {
    // Gateway API lets none of its values be longer; the compiler takes stack per parenthesis and the square of the
    // time
    private static final int MOST_CHARACTERS = 4096;

    private Re2() {}

    /** Reports what is wrong with the expression in this field, if anything is. */
    static void check(FieldReader item, String field, String regex) {
        if (regex.isEmpty()) {
            item.findings().error("bad-regex", item.at(field), "is empty", "write .* for everything"); // xDS: min_len 1
            return;
        }
        if (regex.length() > MOST_CHARACTERS) {
            item.findings().error("bad-regex", item.at(field), "is longer than " + MOST_CHARACTERS + " characters", "");
            return;
        }
        try {
            int size = Pattern.compile(regex).programSize();
            if (size > RegexLimit.MAX_PROGRAM) {
                item.findings()
                        .error(
                                "bad-regex",
                                item.at(field),
                                "is too large (" + size + " instructions, at most " + RegexLimit.MAX_PROGRAM + ")",
                                "counted repetitions like {500} are written out");
            }
        } catch (PatternSyntaxException e) {
            item.findings()
                    .error(
                            "bad-regex",
                            item.at(field),
                            "is not an RE2 expression: " + e.getMessage(),
                            "RE2 has no look-around, back-references or possessive quantifiers, and repeats 1000 times"
                                    + " at most");
        }
    }
}
