package dev.weft.translate;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.meshmodel.Service.TargetPort;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.Whereabouts;
import dev.weft.meshmodel.Workload;
import dev.weft.translate.ProxyNode.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a group of proxies shares: proxies of equal class are served the very same resources. Replicas of a workload are one
 * class; nothing of a single instance is in it, except its address in explicit mode.
 *
 * @param callers whose routes it follows
 * @param address empty unless {@code mode} is NONE
 * @param inbound the application's ports, by number
 * @param whereabouts as far as some policy asks for them
 */
public record ProxyClass(
        Callers callers, Mode mode, String address, List<InboundPort> inbound, Whereabouts whereabouts) {
    public ProxyClass {
        inbound = List.copyOf(inbound);
    }

    /**
     * One port of the application.
     *
     * @param frontDoor whether callers without mesh identity are let in
     * @param services the Services it serves, by name; may be empty
     */
    public record InboundPort(int port, Protocol protocol, boolean frontDoor, List<ResourceKey> services) {
        public InboundPort {
            services = List.copyOf(services);
        }
    }

    /** The class of a proxy. Depends on the Services of its namespace, so it is asked for again when those change. */
    public static ProxyClass of(MeshImage image, ProxyNode node) {
        Map<String, String> labels = new HashMap<>(node.labels());
        if (node.service() != null) {
            labels.putIfAbsent("app", node.service());
        }
        Workload itself = new Workload(
                new ResourceKey(Kind.WORKLOAD, node.namespace(), "itself"),
                node.address(),
                List.of(),
                labels,
                node.service(),
                "default",
                (SpiffeId) null,
                1,
                "",
                Workload.Tls.MUTUAL,
                Workload.Source.LEASE,
                true);
        Map<Integer, InboundPort> ports = new TreeMap<>();
        for (int port : node.ports()) {
            ports.put(port, new InboundPort(port, Protocol.UNDECLARED, false, List.of()));
        }
        for (Service service : image.servicesOf(itself)) {
            for (Service.Port port : service.ports()) {
                Integer target = target(image, service, port, node);
                // In explicit mode a port the instance does not name has no inbound port that callers could be told of.
                if (target != null && (node.mode() == Mode.REDIRECT || ports.containsKey(target))) {
                    ports.merge(
                            target,
                            new InboundPort(target, port.protocol(), port.frontDoor(), List.of(service.key())),
                            ProxyClass::merge);
                }
            }
        }
        String address = node.mode() == Mode.NONE ? node.address() : "";
        return new ProxyClass(
                callers(image, node, labels),
                node.mode(),
                address,
                List.copyOf(ports.values()),
                whereabouts(image, node, labels));
    }

    /** Whose short names it may use. */
    public String namespace() {
        return callers.namespace();
    }

    private static Callers callers(MeshImage image, ProxyNode node, Map<String, String> labels) {
        List<ResourceKey> admitted = image.sourcePolicies().stream()
                .filter(policy -> policy.sources().stream()
                        .anyMatch(source -> source.includes(node.namespace(), node.serviceAccount(), labels)))
                .map(TrafficPolicy::key)
                .toList();
        return new Callers(node.namespace(), admitted);
    }

    private static Whereabouts whereabouts(MeshImage image, ProxyNode node, Map<String, String> labels) {
        Set<String> asked = image.localityLabels();
        if (asked == null) {
            return Whereabouts.UNKNOWN;
        }
        Whereabouts all = new Whereabouts(node.locality(), labels);
        Map<String, String> some = new TreeMap<>();
        for (String name : asked) {
            String value = all.label(name);
            if (value != null) {
                some.put(name, value);
            }
        }
        return new Whereabouts(node.locality(), some);
    }

    /** A target by name is looked up at the workloads that stand at this address; one that is not there yet has none. */
    private static @Nullable Integer target(MeshImage image, Service service, Service.Port port, ProxyNode node) {
        return switch (port.target()) {
            case TargetPort.Number number -> number.port();
            case TargetPort.Name name -> {
                for (Workload member : image.workloads(service.key())) {
                    if (member.address().equals(node.address())
                            || node.address().isEmpty()) {
                        for (Workload.Port candidate : member.ports()) {
                            if (candidate.name().equals(name.name())) {
                                yield candidate.port();
                            }
                        }
                    }
                }
                yield null;
            }
        };
    }

    private static InboundPort merge(InboundPort a, InboundPort b) {
        List<ResourceKey> services = new ArrayList<>(a.services);
        b.services.stream().filter(key -> !services.contains(key)).forEach(services::add);
        services.sort(null);
        return new InboundPort(a.port, agree(a.protocol, b.protocol), a.frontDoor || b.frontDoor, services);
    }

    /** Two Services that declare different things leave it to detection. */
    private static Protocol agree(Protocol a, Protocol b) {
        if (a == Protocol.UNDECLARED) {
            return b;
        }
        return b == Protocol.UNDECLARED || a == b ? a : Protocol.UNDECLARED;
    }
}
