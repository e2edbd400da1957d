package dev.weft.route;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several expressions as one table: a byte of ASCII text, a step. Immutable. Building it costs much more than RE2's program,
 * walking it much less, and nothing is allocated then.
 */
final class Dfa {
    /** {@link #run} of text that it cannot judge: RE2 has to. */
    static final int NOT_ASCII = -1;

    private static final int DEAD = 0;

    private final byte[] classes; // of the ASCII characters; those of a class are alike to every step
    private final int width; // number of classes
    private final char[] next; // by state and class
    private final int start;
    private final int[][] accepted; // by state

    private Dfa(byte[] classes, int width, char[] next, int start, int[][] accepted) {
        this.classes = classes;
        this.width = width;
        this.next = next;
        this.start = start;
        this.accepted = accepted;
    }

    /** Null where the table would be too large, or take too long to make. */
    static @Nullable Dfa of(List<RegexTree> expressions) {
        Nfa nfa = new Nfa();
        expressions.forEach(nfa::add);
        return nfa.isTooLarge() ? null : new Builder(nfa).build();
    }

    /** State after the text, or {@link #NOT_ASCII}. */
    int run(byte[] bytes, int from, int to) {
        int state = start;
        for (int i = from; i < to && state != DEAD; i++) {
            if (bytes[i] < 0) {
                return NOT_ASCII;
            }
            state = next[state * width + classes[bytes[i]]];
        }
        return state;
    }

    int states() {
        return accepted.length;
    }

    /** Numbers of the expressions that match a text which ends in this state, ascending. */
    @SuppressWarnings("MutableMethodReturnType")
    int[] accepted(int state) {
        return accepted[state];
    }

    /** Builds sets of steps, each of which is a state. */
    private static final class Builder {
        // Looks at a step, each some nanoseconds. Sets of expressions that fit together need half of it.
        private static final int LEAST_WORK = 50_000;
        private static final int WORK_PER_STEP = 200;

        private final Nfa nfa;
        private final byte[] classes = new byte[128];
        private int width = 1;
        private final Map<IntBuffer, Integer> numbers = new HashMap<>();
        private final List<int[]> sets = new ArrayList<>();
        private final ArrayDeque<Integer> todo = new ArrayDeque<>();
        private final int[] seen; // by step: the last set it was put into
        private int set;
        private int[] members = new int[16];
        private int count;
        private long work;

        Builder(Nfa nfa) {
            this.nfa = nfa;
            seen = new int[nfa.size()];
        }

        @Nullable
        Dfa build() {
            int[] samples = classify();
            begin();
            number(); // the empty set: DEAD
            begin();
            nfa.starts().forEach(this::reach);
            int start = number();
            char[] next = new char[width * 64];
            while (!todo.isEmpty()) {
                // The last found first, so that the states of a chain lie side by side in memory.
                int state = todo.removeLast();
                work += (long) width * (1 + sets.get(state).length);
                if (work > LEAST_WORK + (long) WORK_PER_STEP * nfa.size() || sets.size() > Character.MAX_VALUE) {
                    return null;
                }
                while (next.length < (state + 1) * width) {
                    next = Arrays.copyOf(next, next.length * 2);
                }
                for (int c = 0; c < width; c++) {
                    begin();
                    for (int index : sets.get(state)) {
                        Nfa.Step step = nfa.step(index);
                        if (step.kind() == Nfa.Kind.TAKE && step.chars().has(samples[c])) {
                            reach(step.next());
                        }
                    }
                    next[state * width + c] = (char) number();
                }
            }
            int[][] accepted = sets.stream().map(this::accepted).toArray(int[][]::new);
            return new Dfa(classes, width, Arrays.copyOf(next, sets.size() * width), start, accepted);
        }

        /** Numbers the classes; answers a character of each. */
        private int[] classify() {
            List<Integer> samples = new ArrayList<>(List.of(0));
            for (int index = 0; index < nfa.size(); index++) {
                RegexTree.Chars chars = nfa.step(index).chars();
                int[] moved = new int[width]; // the class's part that this step tells from the rest
                for (int c = 0; c < 128; c++) {
                    int now = classes[c];
                    if (chars.has(c) == chars.has(samples.get(now))) {
                        continue;
                    }
                    if (moved[now] == 0) {
                        moved[now] = width++;
                        samples.add(c);
                    }
                    classes[c] = (byte) moved[now];
                }
            }
            return samples.stream().mapToInt(i -> i).toArray();
        }

        private void begin() {
            set++;
            count = 0;
        }

        /** Puts a step and all that follow it without a character into the set. */
        private void reach(int index) {
            if (seen[index] == set) {
                return;
            }
            seen[index] = set;
            Nfa.Step step = nfa.step(index);
            if (step.kind() == Nfa.Kind.SPLIT) {
                reach(step.next());
                reach(step.other());
                return;
            }
            if (count == members.length) {
                members = Arrays.copyOf(members, count * 2);
            }
            members[count++] = index;
        }

        private int number() {
            int[] sorted = Arrays.copyOf(members, count);
            Arrays.sort(sorted);
            Integer known = numbers.putIfAbsent(IntBuffer.wrap(sorted), sets.size());
            if (known != null) {
                return known;
            }
            todo.add(sets.size());
            sets.add(sorted);
            return sets.size() - 1;
        }

        private int[] accepted(int[] steps) {
            return Arrays.stream(steps)
                    .filter(index -> nfa.step(index).kind() == Nfa.Kind.ACCEPT)
                    .map(index -> nfa.step(index).next())
                    .sorted()
                    .toArray();
        }
    }
}
