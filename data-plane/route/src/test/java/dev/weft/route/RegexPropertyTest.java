package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of several expressions says of a text what RE2 says of it, expression by expression. */
class RegexPropertyTest {
    private static final int SETS = 4_000;
    private static final int TEXTS = 40;

    private static final List<String> PARTS = List.of(
            "a",
            "b",
            "/",
            "ab",
            ".",
            "[ab]",
            "[^/]",
            "[^a-b/]",
            "[a\\-]",
            "[]a]",
            "[-a]",
            "[b-]",
            "\\d",
            "\\W",
            "\\.",
            "[\\d/]",
            "(a|b/)",
            "(?:ab)",
            "(?P<n>b|)",
            "(a*)*",
            "(/|ab?)",
            "é",
            "[é-ü]",
            "\\x41",
            "(?i)a",
            "^",
            "$",
            "|",
            "\\b",
            "[[:digit:]]");
    private static final List<String> REPETITIONS =
            List.of("", "", "", "*", "+", "?", "*?", "+?", "{2}", "{0,2}", "{1,}", "{,2}");

    private final Random random = new Random(7);

    @Test
    void agreesWithRe2() {
        int pairs = 0;
        int accepted = 0;
        int tables = 0;
        int expressions = 0;
        for (int s = 0; s < SETS; s++) {
            List<String> set = new ArrayList<>();
            List<RegexTree> trees = new ArrayList<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                String regex = expression();
                RegexTree tree = isValid(regex) ? RegexParser.parse(regex) : null;
                expressions += isValid(regex) ? 1 : 0;
                if (tree != null) {
                    set.add(regex);
                    trees.add(tree);
                }
            }
            Dfa dfa = Dfa.of(trees);
            tables += dfa == null ? 0 : set.size();
            for (int t = 0; dfa != null && t < TEXTS; t++) {
                String text = text();
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                int[] wanted = IntStream.range(0, set.size())
                        .filter(i -> Pattern.matches(set.get(i), text))
                        .toArray();
                int state = dfa.run(bytes, 0, bytes.length);
                if (state == Dfa.NOT_ASCII) {
                    assertThat(text).contains("é");
                    continue;
                }
                assertThat(dfa.accepted(state)).as("'%s' by %s", text, set).isEqualTo(wanted);
                pairs += set.size();
                accepted += wanted.length;
            }
        }
        assertThat(accepted).isBetween(pairs / 20, pairs / 2);
        assertThat(tables).isGreaterThan(expressions / 3);
    }

    @Test
    void whatWouldGrowWithoutEndIsLeftToRe2() {
        RegexTree tree = RegexParser.parse("(a|b)*a(a|b){20}");
        assertThat(tree).isNotNull();
        assertThat(Dfa.of(List.of(tree))).isNull();
    }

    private String expression() {
        StringBuilder regex = new StringBuilder();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            regex.append(pick(PARTS)).append(pick(REPETITIONS));
        }
        return regex.toString();
    }

    private static boolean isValid(@Nullable String regex) {
        try {
            Pattern.compile(regex);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pick(List.of("a", "b", "a", "b", "/", "ab", "7", ".", "-", "]", "\n", "é", "A")));
        }
        return text.toString();
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
