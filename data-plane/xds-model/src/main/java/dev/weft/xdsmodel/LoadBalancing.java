package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's endpoints are chosen: {@code lb_policy} or {@code load_balancing_policy}, and {@code common_lb_config}.
 *
 * @param slowStart null = none
 * @param locality what an endpoint's locality means; default: zone aware where the proxy's own cluster is known
 * @param healthyPanicThreshold percent; default 50
 * @param overrideHostStatus in which states an endpoint that a request asks for by address may have it; default UNKNOWN,
 *     HEALTHY and DEGRADED
 * @param subsets null = none
 */
public record LoadBalancing(
        LbPolicy policy,
        @Nullable SlowStart slowStart,
        LocalityLb locality,
        double healthyPanicThreshold,
        Set<LbEndpoint.HealthStatus> overrideHostStatus,
        @Nullable SubsetConfig subsets) {
    /** Envoy's default of {@code override_host_status}. */
    public static final Set<LbEndpoint.HealthStatus> USABLE =
            Set.of(LbEndpoint.HealthStatus.UNKNOWN, LbEndpoint.HealthStatus.HEALTHY, LbEndpoint.HealthStatus.DEGRADED);

    /** Envoy's defaults. */
    public static final LoadBalancing DEFAULT =
            new LoadBalancing(new LbPolicy.RoundRobin(), null, LocalityLb.DEFAULT, 50, USABLE, null);

    /**
     * {@code slow_start_config}.
     *
     * @param aggression default 1
     * @param minWeightPercent default 10
     */
    public record SlowStart(Duration window, double aggression, double minWeightPercent) {}

    /** {@code locality_lb_config}. */
    public sealed interface LocalityLb {
        /** What holds where nothing is said. */
        LocalityLb DEFAULT = new ZoneAware(100, 6, false);

        /** {@code locality_weighted_lb_config}: by the weights of the assignment. */
        record Weighted() implements LocalityLb {}

        /**
         * {@code zone_aware_lb_config}: near the caller, where the proxy's own cluster is known.
         *
         * @param routingEnabled percent; default 100
         * @param minClusterSize default 6
         * @param failTrafficOnPanic default false
         */
        record ZoneAware(double routingEnabled, int minClusterSize, boolean failTrafficOnPanic) implements LocalityLb {}
    }

    public LoadBalancing {
        overrideHostStatus = overrideHostStatus.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(overrideHostStatus));
    }

    public LoadBalancing withPolicy(LbPolicy other) {
        return new LoadBalancing(other, slowStart, locality, healthyPanicThreshold, overrideHostStatus, subsets);
    }
}
