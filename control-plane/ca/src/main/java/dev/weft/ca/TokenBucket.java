package dev.weft.ca;

import java.time.Duration;
import java.time.Instant;

/** Lets {@code burst} through at once and {@code perMinute} in the long run. Not thread safe. */
final class TokenBucket {
    private final double burst;
    private final double perNano;
    private double level;
    private Instant last;

    TokenBucket(int burst, int perMinute, Instant now) {
        this.burst = burst;
        this.perNano = perMinute / (double) Duration.ofMinutes(1).toNanos();
        this.level = burst;
        this.last = now;
    }

    boolean take(Instant now) {
        refill(now);
        if (level < 1) {
            return false;
        }
        level -= 1;
        return true;
    }

    /** Whether nothing was taken lately: the bucket need not be remembered. */
    boolean isFull(Instant now) {
        refill(now);
        return level >= burst;
    }

    private void refill(Instant now) {
        if (now.isAfter(last)) {
            level = Math.min(burst, level + Duration.between(last, now).toNanos() * perNano);
            last = now;
        }
    }
}
