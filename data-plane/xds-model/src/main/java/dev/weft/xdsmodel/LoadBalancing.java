package dev.weft.xdsmodel;

import java.util.EnumSet;
import java.util.Set;

/**
 * How a cluster's endpoints are chosen: {@code lb_policy} or {@code load_balancing_policy}, and {@code common_lb_config}.
 *
 * @param healthyPanicThreshold percent; default 50
 * @param overrideHostStatus in which states an endpoint that a request asks for by address may have it; default UNKNOWN,
 *     HEALTHY and DEGRADED
 */
public record LoadBalancing(
        LbPolicy policy, double healthyPanicThreshold, Set<LbEndpoint.HealthStatus> overrideHostStatus) {
    /** Envoy's default of {@code override_host_status}. */
    public static final Set<LbEndpoint.HealthStatus> USABLE =
            Set.of(LbEndpoint.HealthStatus.UNKNOWN, LbEndpoint.HealthStatus.HEALTHY, LbEndpoint.HealthStatus.DEGRADED);

    /** Envoy's defaults. */
    public static final LoadBalancing DEFAULT = new LoadBalancing(new LbPolicy.RoundRobin(), 50, USABLE);

    public LoadBalancing {
        overrideHostStatus = overrideHostStatus.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(overrideHostStatus));
    }

    public LoadBalancing withPolicy(LbPolicy other) {
        return new LoadBalancing(other, healthyPanicThreshold, overrideHostStatus);
    }
}
