package dev.weft.route;

import java.util.List;

/** A regular expression without anchors and captures: what is left of one that has to match the whole text. */
sealed interface RegexTree {
    RegexTree EMPTY = new Sequence(List.of());

    /** One ASCII character of a set, as bits; other characters are nobody's here ({@link Dfa#NOT_ASCII}). */
    record Chars(long low, long high) implements RegexTree {
        static final Chars NONE = new Chars(0, 0);

        static Chars range(int from, int to) {
            Chars set = NONE;
            for (int c = from; c <= Math.min(to, 127); c++) {
                set = set.or(c < 64 ? new Chars(1L << c, 0) : new Chars(0, 1L << c - 64));
            }
            return set;
        }

        Chars or(Chars other) {
            return new Chars(low | other.low, high | other.high);
        }

        Chars not() {
            return new Chars(~low, ~high);
        }

        boolean has(int c) {
            return c < 64 ? (low >>> c & 1) != 0 : (high >>> c - 64 & 1) != 0;
        }
    }

    record Sequence(List<RegexTree> parts) implements RegexTree {}

    record Either(List<RegexTree> choices) implements RegexTree {}

    /** At least {@code min} times and at most {@code max}, which may be {@link #FOREVER}. */
    record Repeat(RegexTree part, int min, int max) implements RegexTree {
        static final int FOREVER = -1;
    }
}
