package dev.weft.filters;

import dev.weft.stats.Counter;
import dev.weft.stats.StatsRegistry;

/** What became of the sessions of one connection manager. Any loop. */
final class SessionStats {
    private static final String LABEL = "envoy_http_conn_manager_prefix";

    final Counter started;
    final Counter kept;
    final Counter moved;

    SessionStats(StatsRegistry stats, String prefix) {
        started = stats.counter("weft_http_session_started", "Requests that began a session", LABEL, prefix);
        kept = stats.counter("weft_http_session_kept", "Requests that reached their session's endpoint", LABEL, prefix);
        moved = stats.counter(
                "weft_http_session_moved", "Requests whose session went on at another endpoint", LABEL, prefix);
    }
}
