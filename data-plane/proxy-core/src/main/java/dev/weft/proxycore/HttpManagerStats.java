package dev.weft.proxycore;

import dev.weft.stats.Counter;
import dev.weft.stats.Gauge;
import dev.weft.stats.StatsRegistry;

/** Counters of one HTTP connection manager under Envoy's names. */
final class HttpManagerStats {
    private static final String LABEL = "envoy_http_conn_manager_prefix";

    private final Counter connections;
    private final Gauge activeConnections;
    private final Counter requests;
    private final Gauge activeRequests;
    private final Counter shed;
    private final Counter protocolErrors;
    private final Counter pathsRefused;
    private final Counter pathsRedirected;
    private final Counter namesRefused;
    private final Counter[] byClass = new Counter[6];

    HttpManagerStats(StatsRegistry stats, String prefix) {
        connections = stats.counter("envoy_http_downstream_cx_total", "HTTP connections accepted", LABEL, prefix);
        activeConnections = stats.gauge("envoy_http_downstream_cx_active", "HTTP connections open", LABEL, prefix);
        requests = stats.counter("envoy_http_downstream_rq_total", "HTTP requests received", LABEL, prefix);
        activeRequests = stats.gauge("envoy_http_downstream_rq_active", "HTTP requests under way", LABEL, prefix);
        shed = stats.counter(
                "envoy_http_downstream_rq_overload_close", "HTTP requests refused for overload", LABEL, prefix);
        protocolErrors = stats.counter(
                "envoy_http_downstream_cx_protocol_error",
                "HTTP messages that were refused, and HTTP/2 connections cut off for what came",
                LABEL,
                prefix);
        pathsRefused = stats.counter(
                "envoy_http_downstream_rq_failed_path_normalization",
                "HTTP requests refused for their path",
                LABEL,
                prefix);
        pathsRedirected = stats.counter(
                "envoy_http_downstream_rq_redirected_with_normalized_path",
                "HTTP requests redirected to a path without escaped slashes",
                LABEL,
                prefix);
        namesRefused = stats.counter(
                "envoy_http_requests_rejected_with_underscores_in_headers",
                "HTTP requests refused for a header name with an underscore",
                LABEL,
                prefix);
        for (int i = 1; i < byClass.length; i++) {
            byClass[i] = stats.counter(
                    "envoy_http_downstream_rq_xx",
                    "HTTP responses sent by class",
                    "envoy_response_code_class",
                    Integer.toString(i),
                    LABEL,
                    prefix);
        }
    }

    void opened(int cell) {
        connections.increment(cell);
        activeConnections.add(cell, 1);
    }

    void closed(int cell) {
        activeConnections.add(cell, -1);
    }

    void request(int cell) {
        requests.increment(cell);
        activeRequests.add(cell, 1);
    }

    /** A stream ended; status 0 when nothing was sent. */
    void response(int cell, int status) {
        activeRequests.add(cell, -1);
        int hundreds = status / 100;
        if (hundreds >= 1 && hundreds <= 5) {
            byClass[hundreds].increment(cell);
        }
    }

    void shed(int cell) {
        shed.increment(cell);
    }

    void pathRefused(int cell) {
        pathsRefused.increment(cell);
    }

    void nameRefused(int cell) {
        namesRefused.increment(cell);
    }

    void pathRedirected(int cell) {
        pathsRedirected.increment(cell);
    }

    void rejected(int cell) {
        protocolErrors.increment(cell);
    }
}
