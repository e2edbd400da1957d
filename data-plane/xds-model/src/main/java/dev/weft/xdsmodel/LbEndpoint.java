package dev.weft.xdsmodel;

import dev.weft.base.Address;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.endpoint.v3.LbEndpoint}: an address traffic may go to.
 *
 * @param hostname for {@code auto_host_rewrite}; empty = none
 * @param loadBalancingWeight at least 1; default 1
 */
public record LbEndpoint(
        Address address,
        String hostname,
        HealthStatus healthStatus,
        Metadata metadata,
        long loadBalancingWeight,
        HealthCheckConfig healthCheck) {
    /**
     * {@code Endpoint.HealthCheckConfig}: what differs at this endpoint for active checks.
     *
     * @param address where it is checked; null = where it serves
     * @param port 0 = the address's own
     * @param hostname authority of the check; empty = the check's
     * @param disabled it is not checked, and taken to be healthy
     */
    public record HealthCheckConfig(@Nullable Address address, int port, String hostname, boolean disabled) {
        public static final HealthCheckConfig DEFAULT = new HealthCheckConfig(null, 0, "", false);
    }

    /** Checked where it serves. */
    public LbEndpoint(
            Address address, String hostname, HealthStatus healthStatus, Metadata metadata, long loadBalancingWeight) {
        this(address, hostname, healthStatus, metadata, loadBalancingWeight, HealthCheckConfig.DEFAULT);
    }

    /** What the control plane says of it. */
    public enum HealthStatus {
        /** Nothing: treated as healthy. */
        UNKNOWN,
        HEALTHY,
        UNHEALTHY,
        /** Finishes what it has; treated as unhealthy for new requests. */
        DRAINING,
        TIMEOUT,
        DEGRADED
    }

    public static LbEndpoint of(String host, int port) {
        return new LbEndpoint(new Address(host, port), "", HealthStatus.UNKNOWN, Metadata.NONE, 1);
    }
}
