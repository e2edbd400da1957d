package dev.weft.translate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.weft.meshmodel.AttachedRoutes;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.MeshSettings.Egress;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Listeners for what the application calls. With interception: one that catches everything and hands it to the listener of
 * the original destination, where there is one: per port number for declared HTTP, per virtual address and port for the rest.
 */
final class OutboundListeners {
    // a client that waits for the server to speak first costs this much once per connection
    private static final long DETECTION_MILLIS = 200;

    private OutboundListeners() {}

    static Map<String, Listener> redirected(MeshImage image, String namespace) {
        MeshSettings settings = image.settings();
        Map<String, Listener> listeners = new TreeMap<>();
        listeners.put(Names.VIRTUAL_OUTBOUND, virtual(settings));
        for (Service service : image.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().isHttp()) {
                    String name = "0.0.0.0_" + port.port();
                    listeners.computeIfAbsent(name, key -> declaredHttp(settings, key, port.port()));
                } else {
                    String name = image.vip(service) + "_" + port.port();
                    listeners.put(name, ofService(image, service, port, namespace, name));
                }
            }
        }
        return listeners;
    }

    private static Listener virtual(MeshSettings settings) {
        String rest = settings.egress() == Egress.ALLOW_ANY ? Names.PASSTHROUGH : Names.BLACK_HOLE;
        return Listener.newBuilder()
                .setName(Names.VIRTUAL_OUTBOUND)
                .setAddress(Protos.anyAddress(Names.OUTBOUND_PORT))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setUseOriginalDst(BoolValue.of(true))
                .addListenerFilters(Filters.ORIGINAL_DST)
                // a connection to the port itself would be passed through to itself, for ever
                .addFilterChains(FilterChain.newBuilder()
                        .setName("virtualOutbound-blackhole")
                        .setFilterChainMatch(
                                FilterChainMatch.newBuilder().setDestinationPort(UInt32Value.of(Names.OUTBOUND_PORT)))
                        .addFilters(Filters.tcp(settings, Names.BLACK_HOLE, null)))
                .setDefaultFilterChain(FilterChain.newBuilder()
                        .setName("virtualOutbound-catchall-tcp")
                        .addFilters(Filters.tcp(settings, rest, null)))
                .build();
    }

    private static Listener declaredHttp(MeshSettings settings, String name, int port) {
        return unbound(name, Protos.anyAddress(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filters.http(settings, "outbound_" + name, String.valueOf(port))))
                .build();
    }

    private static Listener ofService(
            MeshImage image, Service service, Service.Port port, String namespace, String name) {
        MeshSettings settings = image.settings();
        String fqdn = image.fqdn(service.key());
        Listener.Builder listener = unbound(name, Protos.address(image.vip(service), port.port()));
        Duration idle = ServicePolicy.of(image, service, port).idleTimeoutIfSaid();
        if (port.protocol() != Protocol.UNDECLARED) {
            return listener.setMetadata(hosts(Routes.names(image, service, namespace)))
                    .addFilterChains(FilterChain.newBuilder()
                            .addFilters(Filters.tcp(settings, Names.outbound(port.port(), fqdn), idle)))
                    .build();
        }
        return listener.addListenerFilters(Filters.HTTP_INSPECTOR)
                .setListenerFiltersTimeout(Protos.millis(DETECTION_MILLIS))
                .setContinueOnListenerFiltersTimeout(true)
                .addFilterChains(FilterChain.newBuilder()
                        .setFilterChainMatch(detectedHttp())
                        .addFilters(Filters.http(settings, "outbound_" + name, String.valueOf(port.port()))))
                .setDefaultFilterChain(FilterChain.newBuilder()
                        .addFilters(
                                AttachedRoutes.of(image, service, port, namespace)
                                                .isEmpty()
                                        ? opaque(settings, port, fqdn, idle)
                                        // what is no HTTP would pass by its routes
                                        : Filters.tcp(settings, Names.BLACK_HOLE, null)))
                .build();
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

    private static Filter opaque(MeshSettings settings, Service.Port port, String fqdn, @Nullable Duration idle) {
        return Filters.tcp(settings, Names.outboundOpaque(port.port(), fqdn), idle);
    }

    private static FilterChainMatch.Builder detectedHttp() {
        return FilterChainMatch.newBuilder().addAllApplicationProtocols(Filters.HTTP_DETECTED);
    }

    private static Listener.Builder unbound(String name, Address address) {
        return Listener.newBuilder()
                .setName(name)
                .setAddress(address)
                .setBindToPort(BoolValue.of(false))
                .setTrafficDirection(TrafficDirection.OUTBOUND);
    }

    /** Without interception: the proxy the application is told to use. */
    static Listener explicit(MeshSettings settings, String address) {
        return Listener.newBuilder()
                .setName(Names.HTTP_PROXY)
                .setAddress(Protos.address(address, Names.OUTBOUND_PORT))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filters.http(settings, "outbound_" + Names.HTTP_PROXY, Names.HTTP_PROXY)))
                .build();
    }
}
