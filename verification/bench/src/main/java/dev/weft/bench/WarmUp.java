package dev.weft.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides when a proxy is warm: its requests have stopped becoming cheaper. A compiler of a JVM needs as long as it needs, two
 * on one core twice as long, and what it takes until then is what the case {@code cold} tells. The same rule for every proxy.
 */
final class WarmUp {
    /** Of the first run under load, whose cost is not looked at; all there is where memory is measured. */
    static final int FIRST_SECONDS = 10;

    /** Of each run after it. */
    static final int SECONDS = 5;

    /** So many runs in a row bring nothing: a single one may be disturbed by what else the machine does. */
    private static final int RUNS = 4;

    /** A run that is cheaper by less brings nothing. */
    private static final double GAIN = 0.03;

    private static final int MOST_SECONDS = 120;

    private final List<Double> costs = new ArrayList<>();

    /** What a request cost in one more run, in any unit. */
    void add(double cost) {
        costs.add(cost);
    }

    boolean isOver() {
        int before = costs.size() - RUNS;
        return seconds() >= MOST_SECONDS
                || before > 0
                        && least(costs.subList(before, costs.size())) > least(costs.subList(0, before)) * (1 - GAIN);
    }

    /** Of load so far. */
    int seconds() {
        return FIRST_SECONDS + costs.size() * SECONDS;
    }

    private static double least(List<Double> of) {
        return of.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
