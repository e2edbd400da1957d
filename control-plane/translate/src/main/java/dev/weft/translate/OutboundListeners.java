package dev.weft.translate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.MeshSettings.Egress;
import dev.weft.meshmodel.Service;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Listeners for what the application calls. With interception: one that catches everything and hands it to the listener of
 * the original destination, where there is one: per port number for declared HTTP, per virtual address and port for the rest.
 */
final class OutboundListeners {
    private OutboundListeners() {}

    /** @param known remembers those of Services' ports */
    static Map<String, Listener> redirected(MeshImage image, String namespace, PerService<Listener> known) {
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
                    listeners.put(
                            name,
                            known.of(
                                    image,
                                    service,
                                    port,
                                    new Callers(namespace, List.of()),
                                    () -> ServiceListener.of(image, service, port, namespace, name)));
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
