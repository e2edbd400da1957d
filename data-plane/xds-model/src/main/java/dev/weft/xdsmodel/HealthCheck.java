package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.HealthCheck}: how the endpoints of a cluster are asked whether they serve.
 *
 * @param timeout of one check, its connection included
 * @param unhealthyThreshold failures in a row that make a healthy endpoint unhealthy; an answer that says no makes it so at
 *     once. 0 = only such an answer does
 * @param healthyThreshold successes in a row that make an unhealthy endpoint healthy; the very first check needs one. 0 =
 *     only that one does
 * @param reuseConnection whether the next check goes over the same connection; default true
 * @param transportSocketMatch in place of the endpoint's own values for {@code transport_socket_matches}; null = its own
 */
public record HealthCheck(
        Kind kind,
        Duration timeout,
        Intervals intervals,
        int unhealthyThreshold,
        int healthyThreshold,
        boolean reuseConnection,
        @Nullable Map<String, @Nullable Object> transportSocketMatch) {
    public HealthCheck {
        transportSocketMatch = transportSocketMatch == null ? null : Values.deepCopy(transportSocketMatch);
    }

    /** What is asked. */
    public sealed interface Kind {}

    /**
     * A request over HTTP.
     *
     * @param host authority where the endpoint names none; empty = the cluster's name
     * @param method default GET
     * @param expected statuses that say yes; default 200 alone
     * @param retriable statuses that count as a failure among {@link #unhealthyThreshold}, not as a no
     * @param http2 {@code codec_client_type}; default HTTP/1.1, whatever the cluster's requests go in
     */
    public record Http(
            String host,
            String path,
            String method,
            List<HeaderValueOption> headersToAdd,
            List<String> headersToRemove,
            List<StatusRange> expected,
            List<StatusRange> retriable,
            boolean http2)
            implements Kind {
        public Http {
            headersToAdd = List.copyOf(headersToAdd);
            headersToRemove = List.copyOf(headersToRemove);
            expected = List.copyOf(expected);
            retriable = List.copyOf(retriable);
        }
    }

    /**
     * {@code grpc.health.v1.Health/Check}.
     *
     * @param service asked about; empty = the server as a whole
     * @param authority where the endpoint names none; empty = the cluster's name
     */
    public record Grpc(String service, String authority, List<HeaderValueOption> initialMetadata) implements Kind {
        public Grpc {
            initialMetadata = List.copyOf(initialMetadata);
        }
    }

    /**
     * A connection, and what is said on it.
     *
     * @param send hexadecimal; empty = nothing
     * @param receive hexadecimal: each must come, in this order, with anything between them; none = to be connected is enough
     */
    public record Tcp(String send, List<String> receive) implements Kind {
        public Tcp {
            receive = List.copyOf(receive);
        }
    }

    /** Statuses from {@code start} on to the one before {@code end}. */
    public record StatusRange(int start, int end) {
        public boolean contains(int status) {
            return status >= start && status < end;
        }
    }

    /**
     * Time from the end of a check to the next.
     *
     * @param interval while healthy
     * @param noTraffic in place of all others while nothing was ever sent to the cluster; default 60 s
     * @param noTrafficHealthy the same while the endpoint is healthy; default {@code noTraffic}
     * @param unhealthy while unhealthy; default {@code interval}
     * @param unhealthyEdge after a failure that is not yet enough; default {@code unhealthy}
     * @param healthyEdge after a success that is not yet enough; default {@code interval}
     * @param initialJitter the first check comes at a random moment of it; default: at once
     * @param jitter up to this much is added to each; default none
     * @param jitterPercent up to this share of it is added to each; default none
     */
    public record Intervals(
            Duration interval,
            Duration noTraffic,
            Duration noTrafficHealthy,
            Duration unhealthy,
            Duration unhealthyEdge,
            Duration healthyEdge,
            Duration initialJitter,
            Duration jitter,
            int jitterPercent) {
        /** Envoy's default of {@code no_traffic_interval}. */
        public static final Duration NO_TRAFFIC = Duration.ofSeconds(60);

        /** The same one whatever was found, traffic or not. */
        public static Intervals every(Duration interval) {
            return new Intervals(
                    interval, interval, interval, interval, interval, interval, Duration.ZERO, Duration.ZERO, 0);
        }
    }
}
