package dev.weft.base;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: attempt n waits a random time between zero and min(max, base × 2ⁿ), but never
 * less than {@code floor}. One instance per retried thing; not thread safe.
 */
public final class Backoff {
    private final long floorNanos;
    private final long baseNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private int attempt;

    /** All durations positive, floor ≤ base ≤ max. */
    public Backoff(Duration floor, Duration base, Duration max, RandomGenerator random) {
        if (floor.isNegative() || floor.compareTo(base) > 0 || base.compareTo(max) > 0) {
            throw new IllegalArgumentException("need 0 <= floor <= base <= max");
        }
        this.floorNanos = floor.toNanos();
        this.baseNanos = base.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
    }

    /** How long to wait before the next attempt. */
    public Duration next() {
        long ceiling = attempt >= 62 || baseNanos > maxNanos >> attempt ? maxNanos : baseNanos << attempt;
        attempt++;
        return Duration.ofNanos(Math.max(floorNanos, random.nextLong(Math.max(1, ceiling + 1))));
    }

    /** Forgets past attempts; called after a success. */
    public void reset() {
        attempt = 0;
    }
}
