package dev.weft.upstream;

import dev.weft.balance.Endpoint;
import dev.weft.balance.HealthFlag;
import dev.weft.stats.StatsRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** How many endpoints a cluster has and how they are, and what its active checks found, under Envoy's names. */
final class HealthStats {
    private static final String LABEL = "envoy_cluster_name";
    private static final String MEMBERSHIP = "envoy_cluster_membership_";
    private static final String CHECK = "envoy_cluster_health_check_";

    // No cell of a loop: the checks have a thread of their own.
    final LongAdder attempt = new LongAdder();
    final LongAdder success = new LongAdder();
    final LongAdder failure = new LongAdder();
    final LongAdder networkFailure = new LongAdder();
    final LongAdder passiveFailure = new LongAdder();

    private final StatsRegistry stats;
    private final String cluster;
    private boolean checked;

    HealthStats(StatsRegistry stats, String name, ClusterRuntime cluster) {
        this.stats = stats;
        this.cluster = name;
        gauge(MEMBERSHIP + "total", "Endpoints", cluster, endpoint -> true);
        gauge(
                MEMBERSHIP + "healthy",
                "Endpoints that are used",
                cluster,
                endpoint -> is(endpoint, Endpoint.Health.HEALTHY));
        gauge(
                MEMBERSHIP + "degraded",
                "Endpoints that are used when the healthy ones are not enough",
                cluster,
                endpoint -> is(endpoint, Endpoint.Health.DEGRADED));
        gauge(MEMBERSHIP + "excluded", "Endpoints that do not count", cluster, Endpoint::isExcluded);
    }

    private static boolean is(Endpoint endpoint, Endpoint.Health health) {
        return endpoint.health() == health;
    }

    /** The cluster has checks: its counters are shown from now on. */
    void checked(ClusterRuntime runtime) {
        if (checked) {
            return;
        }
        checked = true;
        counter("attempt", "Active health checks begun", attempt);
        counter("success", "Active health checks passed", success);
        counter("failure", "Active health checks failed, and endpoints that asked to be left out", failure);
        counter("network_failure", "Active health checks without an answer", networkFailure);
        counter("passive_failure", "Endpoints that asked to be left out in an answer to a request", passiveFailure);
        gauge(
                CHECK + "healthy",
                "Endpoints that pass their active health checks",
                runtime,
                endpoint -> !endpoint.has(HealthFlag.FAILED_ACTIVE_HC));
        gauge(
                CHECK + "degraded",
                "Endpoints that pass and ask to be spared",
                runtime,
                endpoint -> endpoint.has(HealthFlag.DEGRADED_ACTIVE_HC));
    }

    private void gauge(String name, String help, ClusterRuntime runtime, Predicate<Endpoint> counted) {
        stats.gauge(
                name, help, () -> runtime.hosts().all().stream().filter(counted).count(), LABEL, cluster);
    }

    private void counter(String name, String help, LongAdder value) {
        stats.counter(CHECK + name, help, value::sum, LABEL, cluster);
    }

    void remove() {
        for (String name : new String[] {"total", "healthy", "degraded", "excluded"}) {
            stats.remove(MEMBERSHIP + name, LABEL, cluster);
        }
        for (String name : new String[] {
            "attempt", "success", "failure", "network_failure", "passive_failure", "healthy", "degraded"
        }) {
            stats.remove(CHECK + name, LABEL, cluster);
        }
    }
}
