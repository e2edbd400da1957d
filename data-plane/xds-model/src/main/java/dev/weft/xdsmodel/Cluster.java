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
 * @param loadBalancing default round robin
 * @param loadAssignment the endpoints of STATIC and DNS clusters; null for EDS and ORIGINAL_DST
 * @param transportSocket where no match applies
 * @param transportSocketMatches the first whose values an endpoint's metadata {@code envoy.transport_socket_match} has
 * @param perConnectionBufferLimitBytes null = the proxy's own limit
 * @param http {@code HttpProtocolOptions} of {@code typed_extension_protocol_options}; default HTTP/1.1
 * @param upstreamBindAddresses {@code upstream_bind_config}: where connections come from, the first of the destination's
 *     address family; none = the kernel chooses
 * @param healthChecking default none
 */
public record Cluster(
        String name,
        String altStatName,
        DiscoveryType type,
        String edsServiceName,
        Duration connectTimeout,
        LoadBalancing loadBalancing,
        @Nullable ClusterLoadAssignment loadAssignment,
        TransportSocket transportSocket,
        List<TransportSocketMatch> transportSocketMatches,
        CircuitBreakers circuitBreakers,
        UpstreamHttp http,
        Dns dns,
        OriginalDst originalDst,
        @Nullable Integer perConnectionBufferLimitBytes,
        Metadata metadata,
        List<Address> upstreamBindAddresses,
        HealthChecking healthChecking) {
    /** Where endpoints come from. */
    public enum DiscoveryType {
        STATIC,
        STRICT_DNS,
        LOGICAL_DNS,
        EDS,
        ORIGINAL_DST
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

    /**
     * Whether the proxy itself checks the endpoints, and what follows from it.
     *
     * @param check null = it does not
     * @param ignoreNewUntilFirst {@code ignore_new_hosts_until_first_hc}: an endpoint nobody has checked yet does not count
     *     among those of its priority; default false
     * @param ignoreOnRemoval {@code ignore_health_on_host_removal}: an endpoint that is no longer configured goes at once,
     *     and not only when its check fails; default false
     */
    public record HealthChecking(@Nullable HealthCheck check, boolean ignoreNewUntilFirst, boolean ignoreOnRemoval) {
        public static final HealthChecking NONE = new HealthChecking(null, false, false);
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
                type == DiscoveryType.ORIGINAL_DST
                        ? LoadBalancing.DEFAULT.withPolicy(new LbPolicy.ClusterProvided())
                        : LoadBalancing.DEFAULT,
                null,
                new TransportSocket.Plaintext(),
                List.of(),
                CircuitBreakers.DEFAULT,
                UpstreamHttp.DEFAULT,
                Dns.DEFAULT,
                OriginalDst.DEFAULT,
                null,
                Metadata.NONE,
                List.of(),
                HealthChecking.NONE);
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
                loadBalancing,
                assignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                healthChecking);
    }

    public Cluster withLoadBalancing(LoadBalancing balancing) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                balancing,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                healthChecking);
    }

    public Cluster withTransportSocket(TransportSocket socket) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                loadBalancing,
                loadAssignment,
                socket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                healthChecking);
    }

    public Cluster withConnectTimeout(Duration timeout) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                timeout,
                loadBalancing,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                healthChecking);
    }

    public Cluster withCircuitBreakers(CircuitBreakers breakers) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                loadBalancing,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                breakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                healthChecking);
    }

    public Cluster withHealthChecking(HealthChecking checking) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                loadBalancing,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                upstreamBindAddresses,
                checking);
    }

    public Cluster withUpstreamBindAddresses(List<Address> addresses) {
        return new Cluster(
                name,
                altStatName,
                type,
                edsServiceName,
                connectTimeout,
                loadBalancing,
                loadAssignment,
                transportSocket,
                transportSocketMatches,
                circuitBreakers,
                http,
                dns,
                originalDst,
                perConnectionBufferLimitBytes,
                metadata,
                addresses,
                healthChecking);
    }
}
