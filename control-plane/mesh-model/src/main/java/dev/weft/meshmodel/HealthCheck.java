package dev.weft.meshmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How those who call a Service check its endpoints themselves, besides what each instance's own sidecar finds.
 *
 * @param interval between two checks of an endpoint
 * @param timeout of one
 * @param healthyThreshold successes in a row that make an endpoint healthy again; its very first check needs one
 * @param unhealthyThreshold checks in a row without an answer that make it unhealthy; an answer that says no needs one
 */
public record HealthCheck(
        Kind kind, Duration interval, Duration timeout, int healthyThreshold, int unhealthyThreshold) {
    public static final Duration INTERVAL = Duration.ofSeconds(5);
    public static final Duration TIMEOUT = Duration.ofSeconds(1);
    public static final int HEALTHY_THRESHOLD = 2;
    public static final int UNHEALTHY_THRESHOLD = 3;

    /** What is asked. */
    public sealed interface Kind {}

    /**
     * {@code GET}.
     *
     * @param host null = the Service's full name
     * @param expectedStatuses none = 200 to 299
     */
    public record Http(String path, @Nullable String host, List<Integer> expectedStatuses) implements Kind {
        public Http {
            expectedStatuses = List.copyOf(expectedStatuses);
        }
    }

    /** {@code grpc.health.v1}; {@code service} may be empty. Only at ports declared as HTTP/2 or gRPC. */
    public record Grpc(String service) implements Kind {}

    /** To be connected is enough. */
    public record Tcp() implements Kind {}
}
