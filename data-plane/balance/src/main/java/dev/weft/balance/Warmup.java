package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Slow start among the hosts of one lane: the policy chooses as if all had their full weight, and what falls on a host that
 * warms up is admitted with the probability of its factor, else chosen again. Whatever the policy, the shares come out in
 * proportion to weight × factor, and no table is built anew while time passes.
 *
 * <p>Factors count in relation to the oldest host's: when all have come together none is slowed down.
 */
final class Warmup {
    /** How often it is chosen again: by then even 99 cold hosts of 100 would have been admitted in 99 of 100 picks. */
    static final int TRIES = 50;

    private final SlowStart slowStart;
    private final long oldestSince;
    private final long overAt;

    private Warmup(SlowStart slowStart, long oldestSince, long youngestSince) {
        this.slowStart = slowStart;
        this.oldestSince = oldestSince;
        this.overAt = youngestSince + slowStart.windowNanos();
    }

    /** Null when none of the hosts warms up. */
    static @Nullable Warmup of(@Nullable SlowStart slowStart, List<? extends Endpoint> hosts) {
        if (slowStart == null || hosts.size() < 2) {
            return null;
        }
        Endpoint oldest = hosts.getFirst();
        Endpoint youngest = oldest;
        for (Endpoint host : hosts) {
            oldest = host.healthySince() - oldest.healthySince() < 0 ? host : oldest;
            youngest = host.healthySince() - youngest.healthySince() > 0 ? host : youngest;
        }
        return youngest.healthyForNanos() >= slowStart.windowNanos() || oldest == youngest
                ? null
                : new Warmup(slowStart, oldest.healthySince(), youngest.healthySince());
    }

    boolean isOver(long now) {
        return now - overAt >= 0;
    }

    /** Whether a host takes what fell on it. @param coin uniform in [0, 1) */
    boolean admits(Endpoint host, double coin, long now) {
        double factor = slowStart.factor(now - host.healthySince());
        return factor >= 1 || coin * slowStart.factor(now - oldestSince) < factor;
    }
}
