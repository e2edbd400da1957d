package dev.weft.route;

import java.util.ArrayList;
import java.util.List;

/** Thompson's automaton of several expressions: steps that take a character, split, or accept one of them. */
final class Nfa {
    /** More would make a table of megabytes. */
    private static final int MOST_STEPS = 100_000;

    /** What a step does. {@code next} of an accepting step is the expression's number; {@code other} is of splits. */
    record Step(Kind kind, RegexTree.Chars chars, int next, int other) {}

    enum Kind {
        TAKE,
        SPLIT,
        ACCEPT
    }

    private final List<Step> steps = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>();

    /** Adds an expression; its number is how many there were. */
    void add(RegexTree expression) {
        int accept = step(new Step(Kind.ACCEPT, RegexTree.Chars.NONE, starts.size(), 0));
        starts.add(emit(expression, accept));
    }

    List<Integer> starts() {
        return starts;
    }

    Step step(int index) {
        return steps.get(index);
    }

    int size() {
        return steps.size();
    }

    /** Whether some steps were left out, so that the automaton is of no use. */
    boolean isTooLarge() {
        return steps.size() > MOST_STEPS;
    }

    private int step(Step step) {
        steps.add(step);
        return steps.size() - 1;
    }

    /** Writes the steps of a tree, from its end to its beginning; answers where it begins. */
    private int emit(RegexTree tree, int then) {
        if (isTooLarge()) {
            return then;
        }
        if (tree instanceof RegexTree.Chars chars) {
            return step(new Step(Kind.TAKE, chars, then, 0));
        }
        if (tree instanceof RegexTree.Sequence sequence) {
            int start = then;
            for (RegexTree part : sequence.parts().reversed()) {
                start = emit(part, start);
            }
            return start;
        }
        if (tree instanceof RegexTree.Either either) {
            int start = emit(either.choices().getLast(), then);
            for (RegexTree choice :
                    either.choices().subList(0, either.choices().size() - 1).reversed()) {
                start = split(emit(choice, then), start);
            }
            return start;
        }
        return repeat((RegexTree.Repeat) tree, then);
    }

    private int repeat(RegexTree.Repeat repeat, int then) {
        int start = then;
        if (repeat.max() == RegexTree.Repeat.FOREVER) {
            start = split(then, then);
            int body = emit(repeat.part(), start);
            steps.set(start, new Step(Kind.SPLIT, RegexTree.Chars.NONE, body, then));
        }
        for (int i = repeat.min(); i < repeat.max() && !isTooLarge(); i++) {
            start = split(emit(repeat.part(), start), then);
        }
        for (int i = 0; i < repeat.min() && !isTooLarge(); i++) {
            start = emit(repeat.part(), start);
        }
        return start;
    }

    private int split(int one, int other) {
        return step(new Step(Kind.SPLIT, RegexTree.Chars.NONE, one, other));
    }
}
