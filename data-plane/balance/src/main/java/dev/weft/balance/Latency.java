package dev.weft.balance;

/**
 * How long an endpoint takes to answer: an exponentially weighted moving average that follows a rise at once and a fall
 * over time, and fades while nothing is measured, so that an endpoint that was slow is tried again (Finagle's peak EWMA).
 *
 * <p>Threads: shared by all loops, without a lock. Two that measure at the same moment may lose one of the two
 * measurements, or date one by the other; both fields hold something that was true within microseconds, and the next
 * measurement mends it.
 */
final class Latency {
    /** What fades within this part of the decay time, 0.1 %, changes no choice and is not worth an exponential. */
    private static final int NEGLIGIBLE = 1000;

    private final long decayNanos;
    private final long negligibleNanos;
    private volatile double average; // nanoseconds
    private volatile long measured; // when

    Latency(long decayNanos, long now) {
        this.decayNanos = decayNanos;
        this.negligibleNanos = decayNanos / NEGLIGIBLE;
        this.measured = now;
    }

    long decayNanos() {
        return decayNanos;
    }

    /** A request took that long. */
    void measured(long nanos, long now) {
        double before = average;
        if (nanos >= before) {
            average = nanos;
        } else {
            double kept = Math.exp(-(double) Math.max(0, now - measured) / decayNanos);
            average = before * kept + nanos * (1 - kept);
        }
        measured = now;
    }

    /** A request has taken that long and has no answer yet. */
    void atLeast(long nanos, long now) {
        if (nanos > average) {
            measured(nanos, now);
        }
    }

    /** What it may be by now, in nanoseconds; 0 when nothing has been measured. */
    double at(long now) {
        long age = now - measured;
        return age < negligibleNanos ? average : average * Math.exp(-(double) age / decayNanos);
    }
}
