package dev.weft.balance;

/**
 * How an endpoint that has just come, or has become healthy again, gets its share little by little: of its weight it has
 * {@code max(minimum, (age / window) ^ (1 / aggression))} (Envoy's {@code slow_start_config}).
 *
 * @param windowNanos how long it takes
 * @param aggression 1 = evenly; above it more at first; above 0
 * @param minimum the least share, of 1; Envoy's default is 0.1
 */
public record SlowStart(long windowNanos, double aggression, double minimum) {
    /** Envoy: an endpoint is taken for at least that old. */
    private static final long YOUNGEST_NANOS = 1_000_000;

    public SlowStart {
        if (windowNanos <= 0 || !(aggression > 0) || !(minimum >= 0 && minimum <= 1)) {
            throw new IllegalArgumentException("no slow start: " + windowNanos + ", " + aggression + ", " + minimum);
        }
    }

    /** The part of its weight an endpoint of that age has. */
    double factor(long ageNanos) {
        if (ageNanos >= windowNanos) {
            return 1;
        }
        double part = (double) Math.max(YOUNGEST_NANOS, ageNanos) / windowNanos;
        return Math.min(1, Math.max(minimum, aggression == 1 ? part : Math.pow(part, 1 / aggression)));
    }
}
