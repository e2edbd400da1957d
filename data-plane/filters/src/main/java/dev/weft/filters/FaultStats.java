package dev.weft.filters;

import dev.weft.balance.Limit;
import dev.weft.stats.Counter;
import dev.weft.stats.Gauge;
import dev.weft.stats.StatsRegistry;

/** What the fault filters of one connection manager count under Envoy's names, and how many faults are active. Any loop. */
final class FaultStats {
    private static final String LABEL = "envoy_http_conn_manager_prefix";

    final Counter delaysInjected;
    final Counter abortsInjected;
    private final Counter overflow;
    private final Gauge activeFaults;
    private final Limit active = new Limit(Long.MAX_VALUE); // of all loops; each route has a maximum of its own

    FaultStats(StatsRegistry stats, String prefix) {
        delaysInjected = stats.counter("envoy_http_fault_delays_injected", "Requests delayed", LABEL, prefix);
        abortsInjected =
                stats.counter("envoy_http_fault_aborts_injected", "Requests answered with a fault", LABEL, prefix);
        overflow = stats.counter("envoy_http_fault_faults_overflow", "Faults left out for the limit", LABEL, prefix);
        activeFaults = stats.gauge("envoy_http_fault_active_faults", "Faults under way", LABEL, prefix);
    }

    /** Begins a fault unless so many are under way. As Envoy's a fuzzy limit, which loops may pass by one each. */
    boolean begin(int cell, long most) {
        if (active.held() >= most || !active.tryAcquire()) {
            overflow.increment(cell);
            return false;
        }
        activeFaults.add(cell, 1);
        return true;
    }

    /** Exactly once per {@link #begin} that answered true. */
    void end(int cell) {
        active.release();
        activeFaults.add(cell, -1);
    }
}
