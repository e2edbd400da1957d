package dev.weft.meshmodel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a caller picks the next endpoint.
 *
 * @param hash what a request's endpoint follows from; null for policies that do not hash
 * @param tableSize of {@link Policy#RING_HASH} the least number of points, of {@link Policy#MAGLEV} the number of cells; 0 =
 *     the proxies' default
 * @param warmup null = an endpoint gets its whole share at once
 * @param aperture about how many of the endpoints each caller uses; 0 = all
 * @param locality null = all endpoints alike, wherever they are
 */
public record LoadBalancer(
        Policy policy,
        @Nullable HashKey hash,
        int tableSize,
        @Nullable Warmup warmup,
        int aperture,
        @Nullable LocalityPreference locality) {
    /** The better of two random picks, among all endpoints. */
    public static final LoadBalancer DEFAULT = of(Policy.LEAST_REQUEST);

    /** A policy with nothing else said. */
    public static LoadBalancer of(Policy policy) {
        return new LoadBalancer(policy, null, 0, null, 0, null);
    }

    /** The ways to pick. */
    public enum Policy {
        ROUND_ROBIN,
        /** The better of two random picks, by requests under way. */
        LEAST_REQUEST,
        RANDOM,
        /** The better of two random picks, by latency too. */
        PEAK_EWMA,
        RING_HASH,
        MAGLEV
    }

    /** What of a request is hashed. */
    public sealed interface HashKey {}

    /** The value of a header. */
    public record Header(String name) implements HashKey {}

    /**
     * The value of a cookie.
     *
     * @param path of the cookie that is given; empty = not said
     * @param ttl how long a cookie that is given lasts, zero = until the browser is closed; null = none is given
     */
    public record Cookie(String name, String path, @Nullable Duration ttl) implements HashKey {}

    /** The address the request comes from. */
    public record SourceAddress() implements HashKey {}

    /** The first value of a query parameter. */
    public record QueryParameter(String name) implements HashKey {}

    /**
     * How an endpoint that has come, or has become well again, gets its share.
     *
     * @param duration until it has all of it
     * @param minimumPercent what it has at once, 1 to 100
     * @param aggression how fast it grows, more than 0; 1 = evenly
     */
    public record Warmup(Duration duration, int minimumPercent, double aggression) {}
}
