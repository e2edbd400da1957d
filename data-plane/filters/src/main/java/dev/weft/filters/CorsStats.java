package dev.weft.filters;

import dev.weft.stats.Counter;
import dev.weft.stats.StatsRegistry;

/** What the CORS filters of one connection manager count under Envoy's names. Any loop. */
final class CorsStats {
    private static final String LABEL = "envoy_http_conn_manager_prefix";

    final Counter valid;
    final Counter invalid;

    CorsStats(StatsRegistry stats, String prefix) {
        valid = stats.counter("envoy_http_cors_origin_valid", "Requests of allowed origins", LABEL, prefix);
        invalid = stats.counter("envoy_http_cors_origin_invalid", "Requests of other origins", LABEL, prefix);
    }
}
