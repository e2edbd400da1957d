package dev.weft.xdsmodel;

/** {@code envoy.config.cluster.v3.CircuitBreakers}: limits per cluster and routing priority. */
public record CircuitBreakers(Thresholds normal, Thresholds high) {
    /** Envoy's defaults for both priorities. */
    public static final CircuitBreakers DEFAULT = new CircuitBreakers(Thresholds.DEFAULT, Thresholds.DEFAULT);

    /** Most at one time; 2³²−1 where the configuration says so. Defaults 1024, 1024, 1024, 3. */
    public record Thresholds(long maxConnections, long maxPendingRequests, long maxRequests, long maxRetries) {
        public static final Thresholds DEFAULT = new Thresholds(1024, 1024, 1024, 3);
    }

    public Thresholds of(RouteAction.Priority priority) {
        return priority == RouteAction.Priority.HIGH ? high : normal;
    }
}
