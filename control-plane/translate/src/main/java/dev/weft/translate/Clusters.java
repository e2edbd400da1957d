package dev.weft.translate;

import com.google.protobuf.Struct;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Vips;
import dev.weft.meshmodel.Workload;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ExtraSourceAddress;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clusters: outbound per Service port, inbound per application port, and the few every proxy has. */
final class Clusters {
    // Weft's default (a second SYN is raced after 250 ms inside the proxy)
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    // the world outside is further away: Envoy's default
    private static final Duration PASSTHROUGH_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    // an application may close an idle connection after 5 s (Node.js) or less: do not race it
    private static final Duration PLAINTEXT_IDLE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration MESH_IDLE_TIMEOUT = Duration.ofHours(1);
    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final Http1ProtocolOptions HTTP1 = Http1ProtocolOptions.newBuilder()
            .setHeaderKeyFormat(Protos.PRESERVE_CASE)
            .build();
    // an upgrade of the application's is passed on (RFC 8441)
    private static final Http2ProtocolOptions HTTP2 =
            Http2ProtocolOptions.newBuilder().setAllowConnect(true).build();

    /** Addresses that nobody has: a proxy of ours does not dial them. */
    private static final Metadata VIRTUAL_ADDRESSES = Metadata.newBuilder()
            .putFilterMetadata(
                    "weft",
                    Struct.newBuilder()
                            .putFields("virtual_addresses", Protos.text(Vips.RANGE))
                            .build())
            .build();

    private Clusters() {}

    /**
     * The cluster of a Service port. A subset's has the same peers, and its own policy and endpoints.
     *
     * @param subset null = the whole Service
     * @param opaque for bytes that are not HTTP
     */
    static Cluster outbound(
            MeshImage image, Service service, @Nullable Subset subset, Service.Port port, boolean opaque) {
        String fqdn = image.fqdn(service.key());
        String edsName = Names.outbound(port.port(), subset, fqdn);
        ServicePolicy policy = ServicePolicy.of(image, service, subset, port);
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(opaque ? Names.outboundBytes(port, subset, fqdn) : edsName)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                        .setEdsConfig(Protos.ADS)
                        .setServiceName(edsName))
                .setConnectTimeout(Protos.duration(policy.connectTimeout(CONNECT_TIMEOUT)))
                .setMetadata(Protos.servicesMetadata(
                        List.of(service.key()), image.settings().domain()));
        Balancers.apply(cluster, policy.loadBalancer());
        boolean plaintext = false;
        boolean mutual = false;
        for (Workload workload : image.workloads(service.key())) {
            plaintext |= !workload.tls().isMutual();
            mutual |= workload.tls().isMutual();
        }
        if (mutual || !plaintext) {
            TransportSocket tls = MeshTls.client(
                    image.identities(service),
                    alpn(port.protocol(), opaque),
                    "outbound_." + port.port() + "_." + (subset == null ? "" : subset.shortName()) + "_." + fqdn);
            if (plaintext) {
                cluster.addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                                .setName("mesh")
                                .setMatch(Struct.newBuilder().putFields("tlsMode", Protos.text("istio")))
                                .setTransportSocket(tls))
                        .addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                                .setName("plaintext")
                                .setMatch(Struct.getDefaultInstance())
                                .setTransportSocket(rawBuffer()));
            } else {
                // no fallback to plaintext, not even for an endpoint that lacks its metadata
                cluster.setTransportSocket(tls);
            }
        }
        if (!opaque) {
            Duration idle = plaintext ? PLAINTEXT_IDLE_TIMEOUT : MESH_IDLE_TIMEOUT;
            cluster.putTypedExtensionProtocolOptions(
                    HTTP_OPTIONS, Protos.pack(httpOptions(port.protocol(), policy.idleTimeout(idle))));
        }
        HealthChecks.add(cluster, policy.healthCheck(), port.protocol(), fqdn);
        return cluster.build();
    }

    private static String alpn(Protocol protocol, boolean opaque) {
        if (opaque) {
            return MeshTls.OPAQUE;
        }
        return protocol == Protocol.HTTP2 || protocol == Protocol.GRPC ? MeshTls.HTTP2 : MeshTls.HTTP1;
    }

    private static TransportSocket rawBuffer() {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.raw_buffer")
                .setTypedConfig(Protos.pack(
                        io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer.getDefaultInstance()))
                .build();
    }

    /** What the endpoints are spoken to in: the declared protocol, else what the request came in. */
    private static HttpProtocolOptions httpOptions(Protocol protocol, Duration idle) {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder()
                .setCommonHttpProtocolOptions(io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.newBuilder()
                        .setIdleTimeout(Protos.duration(idle)));
        switch (protocol) {
            case HTTP, TCP ->
                options.setExplicitHttpConfig(
                        HttpProtocolOptions.ExplicitHttpConfig.newBuilder().setHttpProtocolOptions(HTTP1));
            case HTTP2, GRPC ->
                options.setExplicitHttpConfig(
                        HttpProtocolOptions.ExplicitHttpConfig.newBuilder().setHttp2ProtocolOptions(HTTP2));
            case UNDECLARED ->
                options.setUseDownstreamProtocolConfig(HttpProtocolOptions.UseDownstreamHttpConfig.newBuilder()
                        .setHttpProtocolOptions(HTTP1)
                        .setHttp2ProtocolOptions(HTTP2));
        }
        return options.build();
    }

    /** To the application itself. */
    static Cluster inbound(ProxyClass proxy, ProxyClass.InboundPort port, String domain) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(Names.inbound(port.port()))
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .putTypedExtensionProtocolOptions(
                        HTTP_OPTIONS, Protos.pack(httpOptions(port.protocol(), PLAINTEXT_IDLE_TIMEOUT)));
        if (!port.services().isEmpty()) {
            cluster.setMetadata(Protos.servicesMetadata(port.services(), domain));
        }
        if (proxy.mode() == ProxyNode.Mode.REDIRECT) {
            originalDestination(cluster);
            cluster.setUpstreamBindConfig(inboundSource());
        } else {
            cluster.setType(Cluster.DiscoveryType.STATIC)
                    .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                            .setClusterName(cluster.getName())
                            .addEndpoints(LocalityLbEndpoints.newBuilder()
                                    .addLbEndpoints(LbEndpoint.newBuilder()
                                            .setEndpoint(Endpoint.newBuilder()
                                                    .setAddress(Protos.address(proxy.address(), port.port()))))));
        }
        return cluster.build();
    }

    /** To whatever port of the workload was called. */
    static Cluster inboundPassthrough() {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(Names.INBOUND_PASSTHROUGH)
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .setUpstreamBindConfig(inboundSource())
                .putTypedExtensionProtocolOptions(
                        HTTP_OPTIONS, Protos.pack(httpOptions(Protocol.UNDECLARED, PLAINTEXT_IDLE_TIMEOUT)));
        originalDestination(cluster);
        return cluster.build();
    }

    /** To where the application wanted to go, outside the mesh. */
    static Cluster passthrough() {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(Names.PASSTHROUGH)
                .setMetadata(VIRTUAL_ADDRESSES)
                .setConnectTimeout(Protos.duration(PASSTHROUGH_CONNECT_TIMEOUT))
                .putTypedExtensionProtocolOptions(
                        HTTP_OPTIONS, Protos.pack(httpOptions(Protocol.UNDECLARED, PLAINTEXT_IDLE_TIMEOUT)));
        originalDestination(cluster);
        return cluster.build();
    }

    /** Nowhere. */
    static Cluster blackHole() {
        return Cluster.newBuilder()
                .setName(Names.BLACK_HOLE)
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .build();
    }

    private static void originalDestination(Cluster.Builder cluster) {
        cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST).setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
    }

    /**
     * The interception rules tell the inbound side's call of the application by these source addresses (as Istio's do): the
     * outbound side's call of the workload's own address has another, and is redirected to the inbound side.
     */
    private static BindConfig inboundSource() {
        return BindConfig.newBuilder()
                .setSourceAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.6").setPortValue(0))
                .addExtraSourceAddresses(ExtraSourceAddress.newBuilder()
                        .setAddress(SocketAddress.newBuilder().setAddress("::6").setPortValue(0)))
                .build();
    }
}
