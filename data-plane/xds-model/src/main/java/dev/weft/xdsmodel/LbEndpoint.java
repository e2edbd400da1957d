package dev.weft.xdsmodel;

import dev.weft.base.Address;

/**
 * {@code envoy.config.endpoint.v3.LbEndpoint}: an address traffic may go to.
 *
 * @param hostname for {@code auto_host_rewrite}; empty = none
 * @param loadBalancingWeight at least 1; default 1
 */
public record LbEndpoint(
        Address address, String hostname, HealthStatus healthStatus, Metadata metadata, long loadBalancingWeight) {
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
