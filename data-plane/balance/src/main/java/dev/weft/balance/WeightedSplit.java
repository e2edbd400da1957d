package dev.weft.balance;

import java.util.random.RandomGenerator;

/** Chooses among weighted alternatives: index i in weight[i] of total cases (a route's weighted clusters). */
public final class WeightedSplit {
    private final long[] cumulative;

    /** @param weights none negative, at least one positive */
    public WeightedSplit(long... weights) {
        cumulative = new long[weights.length];
        long sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] < 0) {
                throw new IllegalArgumentException("negative weight: " + weights[i]);
            }
            sum += weights[i];
            cumulative[i] = sum;
        }
        if (sum <= 0) {
            throw new IllegalArgumentException("all weights are zero");
        }
    }

    public int pick(RandomGenerator random) {
        return at(random.nextLong(cumulative[cumulative.length - 1]));
    }

    /** The alternative that owns a point in [0, total). An alternative of weight zero owns none. */
    int at(long point) {
        int i = 0;
        while (point >= cumulative[i]) {
            i++;
        }
        return i;
    }
}
