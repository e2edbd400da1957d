package dev.weft.upstream;

import dev.weft.stats.Counter;
import dev.weft.stats.Gauge;
import dev.weft.stats.StatsRegistry;

/** Counters of one cluster under Envoy's names. Handles are made when the cluster comes; counting is a plain store. */
public final class ClusterStats {
    private static final String LABEL = "envoy_cluster_name";

    public final Counter connections;
    public final Gauge activeConnections;
    public final Counter connectFailures;
    public final Counter connectTimeouts;
    public final Counter connectionsNoneHealthy;
    public final Counter connectionOverflow;
    public final Counter requests;
    public final Gauge activeRequests;
    public final Counter pendingOverflow;
    public final Counter requestTimeouts;
    public final Counter requestRetries;
    private final Counter[] byClass = new Counter[6];
    private final String cluster;

    ClusterStats(StatsRegistry stats, String cluster) {
        this.cluster = cluster;
        connections = counter(stats, "upstream_cx_total", "Connections opened to endpoints", cluster);
        activeConnections = gauge(stats, "upstream_cx_active", "Connections open to endpoints", cluster);
        connectFailures = counter(stats, "upstream_cx_connect_fail", "Connections that could not be opened", cluster);
        connectTimeouts = counter(stats, "upstream_cx_connect_timeout", "Connections that took too long", cluster);
        connectionsNoneHealthy = counter(stats, "upstream_cx_none_healthy", "Requests without an endpoint", cluster);
        connectionOverflow = counter(stats, "upstream_cx_overflow", "Connections refused by the limit", cluster);
        requests = counter(stats, "upstream_rq_total", "Requests sent to endpoints", cluster);
        activeRequests = gauge(stats, "upstream_rq_active", "Requests under way", cluster);
        pendingOverflow = counter(stats, "upstream_rq_pending_overflow", "Requests refused by a limit", cluster);
        requestTimeouts = counter(stats, "upstream_rq_timeout", "Requests that took too long", cluster);
        requestRetries = counter(stats, "upstream_rq_retry", "Attempts after the first", cluster);
        for (int i = 1; i < byClass.length; i++) {
            byClass[i] = stats.counter(
                    "envoy_cluster_upstream_rq_xx",
                    "Responses from endpoints by class",
                    "envoy_response_code_class",
                    Integer.toString(i),
                    LABEL,
                    cluster);
        }
    }

    /** Counts a response by the class of its status. */
    public void response(int cell, int status) {
        int hundreds = status / 100;
        if (hundreds >= 1 && hundreds <= 5) {
            byClass[hundreds].increment(cell);
        }
    }

    /** Takes the counters out of the registry. */
    void remove(StatsRegistry stats) {
        for (String name : new String[] {
            "upstream_cx_total",
            "upstream_cx_active",
            "upstream_cx_connect_fail",
            "upstream_cx_connect_timeout",
            "upstream_cx_none_healthy",
            "upstream_cx_overflow",
            "upstream_rq_total",
            "upstream_rq_active",
            "upstream_rq_pending_overflow",
            "upstream_rq_timeout",
            "upstream_rq_retry"
        }) {
            stats.remove("envoy_cluster_" + name, LABEL, cluster);
        }
        for (int i = 1; i < byClass.length; i++) {
            stats.remove(
                    "envoy_cluster_upstream_rq_xx", "envoy_response_code_class", Integer.toString(i), LABEL, cluster);
        }
    }

    private static Counter counter(StatsRegistry stats, String name, String help, String cluster) {
        return stats.counter("envoy_cluster_" + name, help, LABEL, cluster);
    }

    private static Gauge gauge(StatsRegistry stats, String name, String help, String cluster) {
        return stats.gauge("envoy_cluster_" + name, help, LABEL, cluster);
    }
}
