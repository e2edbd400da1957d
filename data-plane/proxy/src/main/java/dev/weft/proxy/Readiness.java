package dev.weft.proxy;

import dev.weft.xdsmodel.HeaderValueOption;
import dev.weft.xdsmodel.HealthCheck;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a sidecar finds out whether its application serves. It alone checks; who calls the instance hears of it from the
 * control plane.
 *
 * @param path asked for over HTTP/1.1, must answer 2xx; null = not over HTTP
 * @param grpcService asked about at {@code grpc.health.v1.Health}, empty = the server as a whole; null = not over gRPC. With
 *     neither, the port must accept
 * @param interval between two checks; zero = none after the first that passes
 * @param timeout of one check
 */
record Readiness(@Nullable String path, @Nullable String grpcService, Duration interval, Duration timeout) {
    static final Duration INTERVAL = Duration.ofSeconds(5);
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** Failures in a row; an answer that says no needs none. */
    private static final int FAILURES = 3;

    /** After a failure the next check does not wait for the interval: what has ended is known soon. */
    private static final Duration EDGE = Duration.ofMillis(250);

    private static final HealthCheck.StatusRange SUCCESS = new HealthCheck.StatusRange(200, 300);

    /** Only accepting, as often as it is by default. */
    static final Readiness DEFAULT = new Readiness(null, null, INTERVAL, TIMEOUT);

    HealthCheck check() {
        Duration edge = interval.compareTo(EDGE) < 0 ? interval : EDGE;
        return new HealthCheck(
                kind(),
                timeout,
                new HealthCheck.Intervals(
                        interval, interval, interval, interval, edge, interval, Duration.ZERO, Duration.ZERO, 0),
                FAILURES,
                1,
                false,
                null);
    }

    private HealthCheck.Kind kind() {
        if (grpcService != null) {
            return new HealthCheck.Grpc(grpcService, "", List.of());
        }
        if (path != null) {
            HeaderValueOption agent = new HeaderValueOption(
                    "user-agent", "weft-probe", HeaderValueOption.AppendAction.OVERWRITE_IF_EXISTS_OR_ADD, false);
            return new HealthCheck.Http("", path, "GET", List.of(agent), List.of(), List.of(SUCCESS), List.of(), false);
        }
        return new HealthCheck.Tcp("", List.of());
    }
}
