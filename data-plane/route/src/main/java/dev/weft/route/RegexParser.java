package dev.weft.route;

import dev.weft.route.RegexTree.Chars;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what most expressions of routes are made of: characters, classes, groups, alternatives and repetitions. Given is
 * what RE2 has accepted; anything else of its syntax (flags, {@code \b}, {@code \p}, anchors inside) is left to RE2.
 */
final class RegexParser {
    private static final Chars DIGIT = Chars.range('0', '9');
    private static final Chars LETTER = Chars.range('a', 'z').or(Chars.range('A', 'Z'));
    private static final Chars WORD = LETTER.or(DIGIT).or(Chars.range('_', '_'));
    private static final Chars SPACE =
            Chars.range('\t', '\n').or(Chars.range('\f', '\r')).or(Chars.range(' ', ' '));
    private static final Chars DOT = Chars.range('\n', '\n').not();

    /** Of constructs that are not read here; never leaves this class. */
    private static final class Unread extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unread() {
            super(null, null, false, false);
        }
    }

    private final int[] text; // code points
    private int at;

    private RegexParser(int[] text) {
        this.text = text;
    }

    /** Null when something in it is left to RE2. */
    static @Nullable RegexTree parse(String valid) {
        int[] points = valid.codePoints().toArray();
        RegexParser parser = new RegexParser(points);
        try {
            if (parser.is('^')) {
                parser.at++; // the whole text has to match anyway
            }
            RegexTree tree = parser.either();
            return parser.at == points.length ? tree : null;
        } catch (Unread e) {
            return null;
        }
    }

    private boolean is(int c) {
        return at < text.length && text[at] == c;
    }

    private int next() {
        if (at == text.length) {
            throw new Unread();
        }
        return text[at++];
    }

    private RegexTree either() {
        List<RegexTree> choices = new ArrayList<>(List.of(sequence()));
        while (is('|')) {
            at++;
            choices.add(sequence());
        }
        return choices.size() == 1 ? choices.getFirst() : new RegexTree.Either(choices);
    }

    private RegexTree sequence() {
        List<RegexTree> parts = new ArrayList<>();
        while (at < text.length && !is('|') && !is(')')) {
            parts.add(repeat());
        }
        return new RegexTree.Sequence(parts);
    }

    private RegexTree repeat() {
        RegexTree part = atom();
        if (at == text.length || !isRepetition(text[at])) {
            return part;
        }
        int min = 0;
        int max = RegexTree.Repeat.FOREVER;
        switch (next()) {
            case '*' -> {}
            case '+' -> min = 1;
            case '?' -> max = 1;
            default -> {
                min = number();
                max = min;
                if (is(',')) {
                    at++;
                    max = is('}') ? RegexTree.Repeat.FOREVER : number();
                }
                if (next() != '}') {
                    throw new Unread();
                }
            }
        }
        if (is('?')) {
            at++; // the shortest first: no matter when the whole text has to match
        }
        if (at < text.length && isRepetition(text[at])) {
            throw new Unread();
        }
        return new RegexTree.Repeat(part, min, max);
    }

    private static boolean isRepetition(int c) {
        return c == '*' || c == '+' || c == '?' || c == '{';
    }

    private int number() {
        int number = 0;
        int digits = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9' && digits++ < 5) {
            number = number * 10 + text[at++] - '0';
        }
        if (digits == 0) {
            throw new Unread();
        }
        return number;
    }

    private RegexTree atom() {
        int c = next();
        return switch (c) {
            case '(' -> group();
            case '[' -> set();
            case '.' -> DOT;
            case '\\' -> escape();
            case '$' -> {
                if (at < text.length) {
                    throw new Unread();
                }
                yield RegexTree.EMPTY;
            }
            case '^', '*', '+', '?', '{', '}' -> throw new Unread();
            default -> Chars.range(c, c);
        };
    }

    private RegexTree group() {
        if (is('?')) {
            at++;
            int c = next();
            if (c == 'P' || c == '<') {
                while (c != '>') {
                    c = next();
                }
            } else if (c != ':') {
                throw new Unread(); // flags
            }
        }
        RegexTree inner = either();
        if (next() != ')') {
            throw new Unread();
        }
        return inner;
    }

    private Chars set() {
        boolean negated = is('^');
        if (negated) {
            at++;
        }
        Chars set = Chars.NONE;
        boolean first = true;
        while (first || !is(']')) {
            first = false;
            if (is('[')) {
                throw new Unread(); // [:alpha:], perhaps
            }
            int from = next();
            if (from == '\\') {
                Chars escaped = escape();
                if (is('-') && at + 1 < text.length && text[at + 1] != ']') {
                    throw new Unread();
                }
                set = set.or(escaped);
                continue;
            }
            int to = from;
            if (is('-') && at + 1 < text.length && text[at + 1] != ']') {
                at++;
                to = next();
                if (to == '\\' || to == '[') {
                    throw new Unread();
                }
            }
            set = set.or(Chars.range(from, to));
        }
        at++;
        return negated ? set.not() : set;
    }

    private Chars escape() {
        int c = next();
        return switch (c) {
            case 'd' -> DIGIT;
            case 'D' -> DIGIT.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> SPACE;
            case 'S' -> SPACE.not();
            default -> {
                if (c >= 128 || WORD.has(c) && c != '_') {
                    throw new Unread();
                }
                yield Chars.range(c, c);
            }
        };
    }
}
