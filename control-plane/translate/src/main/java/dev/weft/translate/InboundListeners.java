package dev.weft.translate;

import com.google.protobuf.UInt32Value;
import dev.weft.base.ExplicitPorts;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.MeshSettings.Mtls;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.translate.ProxyClass.InboundPort;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Listeners for what calls the application. Mesh peers say by ALPN what is inside their TLS; where plain text is let in, it
 * is told apart by its first bytes unless the port's protocol is declared. What matches no chain is closed.
 */
final class InboundListeners {
    // longer than outbound: whoever takes this long over a ClientHello is taken for plain text
    private static final long DETECTION_MILLIS = 1_000;
    private static final String TLS = "tls";
    private static final String RAW = "raw_buffer";

    private InboundListeners() {}

    /** With interception: one listener for all ports, the application's and others. */
    static Listener redirected(MeshSettings settings, ProxyClass proxy) {
        Listener.Builder listener = Listener.newBuilder()
                .setName(Names.VIRTUAL_INBOUND)
                .setAddress(Protos.anyAddress(Names.INBOUND_PORT))
                .setTrafficDirection(TrafficDirection.INBOUND)
                // not use_original_dst: that would hand a call of port 80 to the outbound listener 0.0.0.0_80
                .addListenerFilters(Filters.ORIGINAL_DST);
        listener.addFilterChains(FilterChain.newBuilder()
                .setName("virtualInbound-blackhole")
                .setFilterChainMatch(
                        FilterChainMatch.newBuilder().setDestinationPort(UInt32Value.of(Names.INBOUND_PORT)))
                .addFilters(Filters.tcp(settings, Names.BLACK_HOLE, null)));
        boolean plaintext = settings.mtls() == Mtls.PERMISSIVE;
        for (InboundPort port : proxy.inbound()) {
            plaintext |= port.frontDoor();
            addChains(listener, settings, port, Names.inbound(port.port()), port.port());
        }
        InboundPort others = new InboundPort(0, Protocol.UNDECLARED, false, List.of());
        addChains(listener, settings, others, Names.INBOUND_PASSTHROUGH, 0);
        addInspectors(listener, plaintext);
        return listener.build();
    }

    /** Without interception: one listener per application port, at the port that the instance registers for it. */
    static Map<String, Listener> explicit(MeshSettings settings, ProxyClass proxy) {
        Map<String, Listener> listeners = new TreeMap<>();
        Map<Integer, Integer> at = ExplicitPorts.inbound(
                proxy.inbound().stream().map(InboundPort::port).toList());
        for (InboundPort port : proxy.inbound()) {
            String name = "inbound_" + port.port();
            Listener.Builder listener = Listener.newBuilder()
                    .setName(name)
                    .setAddress(Protos.address(proxy.address(), Objects.requireNonNull(at.get(port.port()))))
                    .setTrafficDirection(TrafficDirection.INBOUND);
            addChains(listener, settings, port, Names.inbound(port.port()), 0);
            addInspectors(listener, settings.mtls() == Mtls.PERMISSIVE || port.frontDoor());
            listeners.put(name, listener.build());
        }
        return listeners;
    }

    private static void addInspectors(Listener.Builder listener, boolean plaintext) {
        listener.addListenerFilters(Filters.TLS_INSPECTOR);
        if (plaintext) {
            listener.addListenerFilters(Filters.HTTP_INSPECTOR)
                    .setListenerFiltersTimeout(Protos.millis(DETECTION_MILLIS))
                    .setContinueOnListenerFiltersTimeout(true);
        }
    }

    /**
     * The chains of one application port.
     *
     * @param destination 0 = whatever no other chain names
     */
    private static void addChains(
            Listener.Builder listener, MeshSettings settings, InboundPort port, String cluster, int destination) {
        Filter http = Filters.inboundHttp(settings, statPrefix(destination, port), routes(cluster));
        Filter tcp = Filters.tcp(settings, cluster, null);
        List<String> opaque = List.of(MeshTls.OPAQUE);
        listener.addFilterChains(chain(cluster + "-mesh-http", match(destination, TLS, MeshTls.HTTP), http)
                        .setTransportSocket(MeshTls.server(settings.trustDomain(), MeshTls.HTTP)))
                .addFilterChains(chain(cluster + "-mesh-tcp", match(destination, TLS, opaque), tcp)
                        .setTransportSocket(MeshTls.server(settings.trustDomain(), opaque)));
        if (settings.mtls() == Mtls.STRICT && !port.frontDoor()) {
            return;
        }
        // the application's own TLS
        List<String> any = List.of();
        listener.addFilterChains(chain(cluster + "-tls", match(destination, TLS, any), tcp));
        switch (port.protocol()) {
            case HTTP, HTTP2, GRPC ->
                listener.addFilterChains(chain(cluster + "-http", match(destination, RAW, any), http));
            case TCP -> listener.addFilterChains(chain(cluster + "-tcp", match(destination, RAW, any), tcp));
            case UNDECLARED ->
                listener.addFilterChains(chain(cluster + "-http", match(destination, RAW, Filters.HTTP_DETECTED), http))
                        .addFilterChains(chain(cluster + "-tcp", match(destination, RAW, any), tcp));
        }
    }

    private static String statPrefix(int destination, InboundPort port) {
        return "inbound_0.0.0.0_" + (destination == 0 ? port.port() : destination);
    }

    private static FilterChain.Builder chain(String name, FilterChainMatch.Builder match, Filter filter) {
        return FilterChain.newBuilder().setName(name).setFilterChainMatch(match).addFilters(filter);
    }

    private static FilterChainMatch.Builder match(int destination, String transport, List<String> protocols) {
        FilterChainMatch.Builder match = FilterChainMatch.newBuilder().setTransportProtocol(transport);
        if (destination != 0) {
            match.setDestinationPort(UInt32Value.of(destination));
        }
        return match.addAllApplicationProtocols(protocols);
    }

    /** Everything to the application; time-outs are the caller's business. */
    private static RouteConfiguration routes(String cluster) {
        return RouteConfiguration.newBuilder()
                .setName(cluster)
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName(cluster)
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setName("default")
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setRoute(RouteAction.newBuilder()
                                        .setCluster(cluster)
                                        .setTimeout(Protos.millis(0)))))
                .setValidateClusters(com.google.protobuf.BoolValue.of(false))
                .build();
    }
}
