package dev.weft.xdsmodel;

import dev.weft.base.Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.cluster.v3.Cluster}: a named set of endpoints and how to talk to them.
 *
 * @param altStatName empty = {@code name}
 * @param edsServiceName resource asked for over EDS; empty = {@code name}
 * @param connectTimeout default 5 s
 * @param lbPolicy default round robin
 * @param leastRequestChoiceCount default 2
 * @param loadAssignment the endpoints of STATIC and DNS clusters; null for EDS and ORIGINAL_DST
 * @param transportSocket where no match applies
 * @param transportSocketMatches the first whose values an endpoint's metadata {@code envoy.transport_socket_match} has
 * @param perConnectionBufferLimitBytes null = the proxy's own limit
 * @param http {@code HttpProtocolOptions} of {@code typed_extension_protocol_options}; default HTTP/1.1
 * @param healthyPanicThreshold percent; default 50
 * @param upstreamBindAddresses {@code upstream_bind_config}: where connections come from, the first of the destination's
 *     address family; none = the kernel chooses
 */
public record Cluster(
        String name,
        String altStatName,
        DiscoveryType type,
        String edsServiceName,
        Duration connectTimeout,
        LbPolicy lbPolicy,
        int leastRequestChoiceCount,
        @Nullable ClusterLoadAssignment loadAssignment,
        TransportSocket transportSocket,
        List<TransportSocketMatch> transportSocketMatches,
        CircuitBreakers circuitBreakers,
        UpstreamHttp http,
        Dns dns,
        OriginalDst originalDst,
        double healthyPanicThreshold,
        @Nullable Integer perConnectionBufferLimitBytes,
        Metadata metadata,
        List<Address> upstreamBindAddresses) {
    /** Where endpoints come from. */
    public enum DiscoveryType {
        STATIC,
        STRICT_DNS,
        LOGICAL_DNS,
        EDS,
        ORIGINAL_DST
    }

    /** How an endpoint is picked. CLUSTER_PROVIDED only with ORIGINAL_DST. */
    public enum LbPolicy {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        CLUSTER_PROVIDED
    }

    /** {@code transport_socket_matches}: {@code match} holds texts, numbers and booleans to compare. */
    public record TransportSocketMatch(
            String name, Map<String, @Nullable Object> match, TransportSocket transportSocket) {
        public TransportSocketMatch {
            match = Values.deepCopy(match);
        }
    }

    /**
     * @param refreshRate default 5 s
     * @param respectTtl default false
     */
    public record Dns(Duration refreshRate, boolean respectTtl, LookupFamily lookupFamily) {
        public static final Dns DEFAULT = new Dns(Duration.ofSeconds(5), false, LookupFamily.AUTO);

        /** Which addresses are asked for. */
        public enum LookupFamily {
            AUTO,
            V4_ONLY,
            V6_ONLY,
            V4_PREFERRED,
            ALL
        }
    }

    /**
     * {@code original_dst_lb_config}.
     *
     * @param httpHeader header that names the destination; empty = none
     * @param upstreamPortOverride 0 = the original port
     */
    public record OriginalDst(String httpHeader, int upstreamPortOverride) {
        public static final OriginalDst DEFAULT = new OriginalDst("", 0);
    }

    public Cluster {
        transportSocketMatches = List.copyOf(transportSocketMatches);
        upstreamBindAddresses = List.copyOf(upstreamBindAddresses);
    }

    /** Envoy's defaults. */
    public static Cluster of(String name, DiscoveryType type) {
        return new Cluster(
                name,
                "",
                type,
                "",
                Duration.ofSeconds(5),
                type == DiscoveryType.ORIGINAL_DST ? LbPolicy.CLUSTER_PROVIDED : LbPolicy.ROUND_ROBIN,
                2,
                null,
                new TransportSocket.Plaintext(),
                List.of(),
                CircuitBreakers.DEFAULT,
                UpstreamHttp.DEFAULT,
                Dns.DEFAULT,
                OriginalDst.DEFAULT,
                50,
                null,
                Metadata.NONE,
                List.of());
    }

    /** A STATIC cluster of these endpoints. */
    public static Cluster ofStatic(String name, LbEndpoint... endpoints) {
        return of(name, DiscoveryType.STATIC).withLoadAssignment(ClusterLoadAssignment.of(name, endpoints));
    }

    /** What EDS is asked for. */
    public String edsResourceName() {
        return edsServiceName.isEmpty() ? name : edsServiceName;
    }

    public Cluster withLoadAssignment(ClusterLoadAssignment assignment) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                lbPolicy,
                leastRequestChoiceCount,
                assignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                healthyPanicThreshold,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses);
    }

    public Cluster withLbPolicy(LbPolicy policy) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                policy,
                leastRequestChoiceCount,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                healthyPanicThreshold,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses);
    }

    public Cluster withTransportSocket(TransportSocket socket) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                lbPolicy,
                leastRequestChoiceCount,
                loadAssignment,
                socket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                healthyPanicThreshold,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses);
    }

    public Cluster withConnectTimeout(Duration timeout) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                timeout,
                lbPolicy,
                leastRequestChoiceCount,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                healthyPanicThreshold,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses);
    }

    public Cluster withCircuitBreakers(CircuitBreakers breakers) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                lbPolicy,
                leastRequestChoiceCount,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                breakers,
                http,
                dns,
                originalDst,
                healthyPanicThreshold,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses);
    }
}
