package dev.weft.translate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.meshmodel.AttachedRoutes;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.MeshRoute.Layer;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.meshmodel.TlsRoute;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The listener of a Service's virtual address and port, where it is not declared what the port speaks or it is opaque: TLS by
 * server name, then what turns out to be HTTP, then bytes.
 */
final class ServiceListener {
    // a client that waits for the server to speak first costs this much once per connection
    private static final long DETECTION_MILLIS = 200;

    private final MeshImage image;
    private final Service service;
    private final Service.Port port;
    private final String namespace; // of the callers
    private final @Nullable Duration idle;

    private ServiceListener(MeshImage image, Service service, Service.Port port, String namespace) {
        this.image = image;
        this.service = service;
        this.port = port;
        this.namespace = namespace;
        this.idle = ServicePolicy.of(image, service, port).idleTimeoutIfSaid();
    }

    static Listener of(MeshImage image, Service service, Service.Port port, String namespace, String name) {
        return new ServiceListener(image, service, port, namespace).build(name);
    }

    private Listener build(String name) {
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(image.vip(service), port.port()))
                .setBindToPort(BoolValue.of(false))
                .setTrafficDirection(TrafficDirection.OUTBOUND);
        List<MeshRoute> byServerName = routes(Layer.TLS);
        boolean detectsHttp = port.protocol() == Protocol.UNDECLARED;
        if (!byServerName.isEmpty()) {
            listener.addListenerFilters(Filters.TLS_INSPECTOR);
            addTls(listener, byServerName);
        }
        if (detectsHttp) {
            listener.addListenerFilters(Filters.HTTP_INSPECTOR)
                    .addFilterChains(FilterChain.newBuilder()
                            .setFilterChainMatch(plainHttp(!byServerName.isEmpty()))
                            .addFilters(
                                    Filters.http(image.settings(), "outbound_" + name, String.valueOf(port.port()))));
        } else {
            listener.setMetadata(hosts(Routes.names(image, service, namespace)));
        }
        FilterChain rest =
                FilterChain.newBuilder().addFilters(rest(byServerName)).build();
        if (listener.getListenerFiltersCount() == 0) { // the server may speak first: nothing is waited for
            return listener.addFilterChains(rest).build();
        }
        return listener.setListenerFiltersTimeout(Protos.millis(DETECTION_MILLIS))
                .setContinueOnListenerFiltersTimeout(true)
                .setDefaultFilterChain(rest)
                .build();
    }

    private List<MeshRoute> routes(Layer layer) {
        return AttachedRoutes.of(image, service, port, namespace, layer);
    }

    /** A name that several routes claim goes to the first of them: a listener must not have two chains for it. */
    private void addTls(Listener.Builder listener, List<MeshRoute> routes) {
        Set<String> taken = new HashSet<>();
        for (MeshRoute route : routes) {
            List<String> names =
                    ((TlsRoute) route).hostnames().stream().filter(taken::add).toList();
            if (!names.isEmpty()) {
                listener.addFilterChains(FilterChain.newBuilder()
                        .setName(route.key().namespace() + "/" + route.key().name())
                        .setFilterChainMatch(FilterChainMatch.newBuilder()
                                .setTransportProtocol("tls")
                                .addAllServerNames(names))
                        .addFilters(routed(route)));
            }
        }
    }

    /** What TLS carries is not ours to read, whatever its ALPN says. */
    private static FilterChainMatch plainHttp(boolean tlsIsDetected) {
        FilterChainMatch.Builder match =
                FilterChainMatch.newBuilder().addAllApplicationProtocols(Filters.HTTP_DETECTED);
        return tlsIsDetected ? match.setTransportProtocol("raw_buffer").build() : match.build();
    }

    /** For what no route with a condition takes: it must not pass by those there are. */
    private Filter rest(List<MeshRoute> byServerName) {
        List<MeshRoute> asItComes = routes(Layer.TCP);
        if (!asItComes.isEmpty()) {
            return routed(asItComes.getFirst());
        }
        if (!byServerName.isEmpty() || !routes(Layer.HTTP).isEmpty()) {
            return Filters.tcp(image.settings(), Names.BLACK_HOLE, null);
        }
        return Filters.tcp(image.settings(), Names.outboundBytes(port, null, image.fqdn(service.key())), idle);
    }

    private Filter routed(MeshRoute route) {
        return Filters.tcp(
                image.settings(), service.name() + "." + service.namespace(), StreamSplit.of(image, route, port), idle);
    }

    /** Names for the workload's hosts file: what has a virtual host has them there, this has none. */
    private static Metadata hosts(List<String> names) {
        ListValue.Builder list = ListValue.newBuilder();
        names.forEach(name -> list.addValues(Protos.text(name)));
        return Metadata.newBuilder()
                .putFilterMetadata(
                        "weft",
                        Struct.newBuilder()
                                .putFields(
                                        "hosts",
                                        Value.newBuilder().setListValue(list).build())
                                .build())
                .build();
    }
}
