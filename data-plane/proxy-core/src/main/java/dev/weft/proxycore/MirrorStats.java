package dev.weft.proxycore;

import dev.weft.stats.Counter;
import dev.weft.stats.StatsRegistry;

/** What becomes of the copies of a connection manager's requests; their clusters count them like any request, too. */
final class MirrorStats {
    private static final String LABEL = "envoy_http_conn_manager_prefix";

    final Counter requests;
    final Counter failed;
    final Counter cutOff;

    MirrorStats(StatsRegistry stats, String prefix) {
        requests = stats.counter("weft_mirror_requests", "Copies of requests begun", LABEL, prefix);
        failed = stats.counter("weft_mirror_failed", "Copies of requests that got no whole answer", LABEL, prefix);
        cutOff = stats.counter("weft_mirror_cut_off", "Copies given up because they did not keep up", LABEL, prefix);
    }
}
