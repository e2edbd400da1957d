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
    /** e^-x in steps of 1/64: what fades within one, under 2 %, changes no choice, and an exponential costs a pick too much. */
    private static final int STEPS = 64;

    private static final double[] FADED = new double[16 * STEPS];

    static {
        for (int i = 0; i < FADED.length; i++) {
            FADED[i] = Math.exp(-(double) i / STEPS);
        }
    }

    private final long decayNanos;
    private final double stepsPerNano;
    private volatile double average; // nanoseconds
    private volatile long measured; // when

    Latency(long decayNanos, long now) {
        this.decayNanos = decayNanos;
        this.stepsPerNano = (double) STEPS / decayNanos;
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
        int steps = (int) Math.min(FADED.length - 1, Math.max(0, now - measured) * stepsPerNano);
        return average * FADED[steps];
    }
}
