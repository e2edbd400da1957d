package dev.weft.balance;

import java.util.random.RandomGenerator;

/**
 * How often an endpoint is checked, and how many results in a row turn it. All times in nanoseconds; see
 * {@code envoy.config.core.v3.HealthCheck} for the meaning of each.
 *
 * @param unhealthyThreshold failures in a row; 0 = no number is enough
 * @param healthyThreshold successes in a row; 0 = no number is enough
 * @param initialJitter the first check comes at a random moment of it
 * @param jitter up to this much is added to each interval
 * @param jitterPercent up to this share of it is added to each interval
 */
public record HealthCheckPolicy(
        int unhealthyThreshold,
        int healthyThreshold,
        long healthy,
        long healthyEdge,
        long unhealthy,
        long unhealthyEdge,
        long noTraffic,
        long noTrafficHealthy,
        long initialJitter,
        long jitter,
        int jitterPercent) {
    private static final long LEAST = 1_000_000; // Envoy: a millisecond at least

    /** Which interval it is until the next check. */
    public enum Next {
        HEALTHY,
        /** Passed, and not yet often enough. */
        HEALTHY_EDGE,
        UNHEALTHY,
        /** Failed, and not yet often enough. */
        UNHEALTHY_EDGE
    }

    /** How long the first check waits. */
    public long first(RandomGenerator random) {
        return initialJitter == 0 ? 0 : jittered(0, initialJitter, random);
    }

    /**
     * How long the next check waits.
     *
     * @param used whether a connection was ever made to the cluster for something else than a check
     */
    public long interval(Next next, boolean used, RandomGenerator random) {
        if (!used) {
            return jittered(next == Next.HEALTHY ? noTrafficHealthy : noTraffic, jitter, random);
        }
        return jittered(
                switch (next) {
                    case HEALTHY -> healthy;
                    case HEALTHY_EDGE -> healthyEdge;
                    case UNHEALTHY -> unhealthy;
                    case UNHEALTHY_EDGE -> unhealthyEdge;
                },
                jitter,
                random);
    }

    private long jittered(long base, long most, RandomGenerator random) {
        long share = (long) (base / 100.0 * jitterPercent);
        return Math.max(LEAST, base + random(share, random) + random(most, random));
    }

    private static long random(long most, RandomGenerator random) {
        return most > 0 ? random.nextLong(most) : 0;
    }
}
