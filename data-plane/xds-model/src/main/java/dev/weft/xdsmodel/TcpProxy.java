package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}: relays bytes to a cluster.
 *
 * @param cluster single or weighted
 * @param idleTimeout no bytes either way; zero = none; default 1 h
 * @param maxConnectAttempts default 1
 * @param maxDownstreamConnectionDuration null = none
 * @param metadataMatch subset keys under {@code envoy.lb}
 * @param hashSourceIp {@code hash_policy}: whether a cluster that chooses by a hash gets that of the client's IP address
 */
public record TcpProxy(
        String statPrefix,
        ClusterSpecifier cluster,
        Duration idleTimeout,
        int maxConnectAttempts,
        @Nullable Duration maxDownstreamConnectionDuration,
        List<AccessLog> accessLogs,
        Metadata metadataMatch,
        boolean hashSourceIp)
        implements NetworkFilter {
    public TcpProxy {
        accessLogs = List.copyOf(accessLogs);
    }

    /** Envoy's defaults. */
    public static TcpProxy of(String statPrefix, String cluster) {
        return of(statPrefix, new ClusterSpecifier.Single(cluster));
    }

    /** Envoy's defaults. */
    public static TcpProxy of(String statPrefix, ClusterSpecifier cluster) {
        return new TcpProxy(statPrefix, cluster, Duration.ofHours(1), 1, null, List.of(), Metadata.NONE, false);
    }
}
