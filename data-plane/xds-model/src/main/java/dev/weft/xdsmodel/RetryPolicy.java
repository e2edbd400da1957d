package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.RetryPolicy}.
 *
 * @param retryOn Envoy's conditions, e.g. {@code 5xx}, {@code connect-failure}
 * @param numRetries default 1
 * @param perTryTimeout null = the route's time-out
 * @param perTryIdleTimeout null = none
 * @param baseInterval of the exponential back-off; default 25 ms
 * @param maxInterval default ten times {@code baseInterval}
 */
public record RetryPolicy(
        Set<String> retryOn,
        int numRetries,
        @Nullable Duration perTryTimeout,
        @Nullable Duration perTryIdleTimeout,
        List<Integer> retriableStatusCodes,
        Duration baseInterval,
        Duration maxInterval) {
    public RetryPolicy {
        retryOn = Set.copyOf(retryOn);
        retriableStatusCodes = List.copyOf(retriableStatusCodes);
    }
}
