package dev.weft.balance;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A number that must not pass a maximum: one atomic shared by all loops (never the limit divided by the loops), alone on
 * its cache lines. Shared by a cluster's old and new configuration, so that a change of the maximum keeps what is held.
 */
public final class Limit {
    private static final int PAD = 16; // 128 bytes on either side

    private final AtomicLongArray held = new AtomicLongArray(2 * PAD + 1);
    private volatile long max;

    /** @param max how many may be held at once, at least 0 */
    public Limit(long max) {
        this.max = max;
    }

    /** Takes one, or returns false when all are taken. Any loop. */
    public boolean tryAcquire() {
        if (held.incrementAndGet(PAD) <= max) {
            return true;
        }
        held.decrementAndGet(PAD);
        return false;
    }

    /** Gives back one; exactly once per successful {@link #tryAcquire}. */
    public void release() {
        held.decrementAndGet(PAD);
    }

    /** How many are held (for a moment it may show refused attempts too). */
    public long held() {
        return held.getOpaque(PAD);
    }

    public long max() {
        return max;
    }

    /** Changes the maximum; what is held above it stays until released. */
    public void max(long value) {
        max = value;
    }
}
