package dev.weft.translate;

import com.google.protobuf.Message;
import dev.weft.base.JoinedMap;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Workload;
import dev.weft.translate.ProxyNode.Mode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Mesh image and proxy class → what those proxies are served. The answer depends on the two arguments alone; what is
 * remembered between calls only saves work:
 * <ul>
 *   <li>clusters and endpoints per Service, shared by all classes, made anew only for Services whose workloads changed, or
 *       when something other than workloads and routes of HTTP's layer did;
 *   <li>virtual hosts and listeners of a Service's port, made anew only when a route that hangs on it changed, or something
 *       that is neither a route nor a workload ({@link PerService});
 *   <li>other listeners per namespace, class or list of ports, made anew only when something other than workloads changed;
 *   <li>resources whose bytes did not change stay the same objects, and so do maps of them; what all classes share and
 *       what is a class's own are two maps, joined by a view.
 * </ul>
 * Thread safe by one lock: the control plane's one thread is its only frequent caller.
 */
public final class Translator {
    private final Map<ResourceKey, ServicePart> services = new HashMap<>();
    private final Map<String, Part> parts = new HashMap<>();
    private final PerService<Listener> serviceListeners = new PerService<>();
    private final Routes routes = new Routes();
    private long clustersMade;
    private SortedMap<String, XdsResource> clusters = Collections.emptySortedMap();
    private SortedMap<String, XdsResource> endpoints = Collections.emptySortedMap();
    private final LocalEndpoints local = new LocalEndpoints();
    private long version = -1;
    private long configurationVersion = -1;

    /** What a Service's clusters and endpoints were made of, and what came out. */
    private record ServicePart(
            Service service,
            List<Workload> workloads,
            long frameVersion,
            Map<String, XdsResource> clusters,
            Map<String, XdsResource> endpoints) {}

    /** Some resources of one type with what they were made of, good for one version of the configuration. */
    private record Part(long version, Map<String, Message> messages, SortedMap<String, XdsResource> resources) {}

    /** What proxies of the class are served under the image. Images must come from one line of descent, newest last. */
    public synchronized XdsResources translate(MeshImage image, ProxyClass proxy) {
        if (image.version() != version || image.configurationVersion() != configurationVersion) {
            refreshServices(image);
            version = image.version();
            configurationVersion = image.configurationVersion();
        }
        return new XdsResources(
                listeners(image, proxy), routes(image, proxy), clusters(image, proxy), endpoints(image, proxy));
    }

    /** Forgets what was remembered for a class that no proxy belongs to any more. */
    public synchronized void forget(ProxyClass proxy) {
        String suffix = proxy.toString();
        parts.keySet().removeIf(key -> key.endsWith(suffix));
        local.forget(proxy.whereabouts());
    }

    private void refreshServices(MeshImage image) {
        Change clusterChange = new Change();
        Change endpointChange = new Change();
        for (Service service : image.services()) {
            ServicePart before = services.get(service.key());
            List<Workload> workloads = image.workloads(service.key());
            if (before != null
                    && before.service == service
                    && before.workloads == workloads
                    && before.frameVersion == image.frameVersion()) {
                continue;
            }
            ServicePart now = servicePart(image, service, workloads, before);
            services.put(service.key(), now);
            clusterChange.add(before == null ? Map.of() : before.clusters, now.clusters);
            endpointChange.add(before == null ? Map.of() : before.endpoints, now.endpoints);
        }
        if (services.size() > image.services().size()) {
            services.values().removeIf(part -> {
                boolean gone = image.service(part.service.key()) == null;
                if (gone) {
                    clusterChange.add(part.clusters, Map.of());
                    endpointChange.add(part.endpoints, Map.of());
                }
                return gone;
            });
        }
        clusters = clusterChange.applyTo(clusters);
        endpoints = endpointChange.applyTo(endpoints);
    }

    /** What differs between two maps of resources. */
    static final class Change {
        private final Set<String> removed = new HashSet<>();
        private final Map<String, XdsResource> put = new HashMap<>();

        void add(Map<String, XdsResource> before, Map<String, XdsResource> now) {
            before.keySet().stream().filter(name -> !now.containsKey(name)).forEach(removed::add);
            now.forEach((name, resource) -> {
                if (before.get(name) != resource) {
                    put.put(name, resource);
                }
            });
        }

        /** The same object if nothing differs. */
        SortedMap<String, XdsResource> applyTo(SortedMap<String, XdsResource> before) {
            if (removed.isEmpty() && put.isEmpty()) {
                return before;
            }
            TreeMap<String, XdsResource> next = new TreeMap<>(before); // of a sorted map: linear, no comparison
            removed.forEach(next::remove);
            next.putAll(put);
            return Collections.unmodifiableSortedMap(next);
        }
    }

    private ServicePart servicePart(
            MeshImage image, Service service, List<Workload> workloads, @Nullable ServicePart before) {
        Map<String, XdsResource> clusters = new LinkedHashMap<>();
        Map<String, XdsResource> endpoints = new LinkedHashMap<>();
        Map<String, XdsResource> oldClusters = before == null ? Map.of() : before.clusters;
        Map<String, XdsResource> oldEndpoints = before == null ? Map.of() : before.endpoints;
        List<@Nullable Subset> subsets = new ArrayList<>(image.subsets(service.key()));
        subsets.addFirst(null); // all of it
        for (Service.Port port : service.ports()) {
            for (Subset subset : subsets) {
                Cluster main = Clusters.outbound(
                        image, service, subset, port, !port.protocol().mayBeHttp());
                put(clusters, oldClusters, main.getName(), main);
                if (port.protocol() == Service.Protocol.UNDECLARED) {
                    Cluster opaque = Clusters.outbound(image, service, subset, port, true);
                    put(clusters, oldClusters, opaque.getName(), opaque);
                }
                if (ServicePolicy.of(image, service, subset, port)
                                .loadBalancer()
                                .locality()
                        == null) {
                    put(
                            endpoints,
                            oldEndpoints,
                            main.getName(),
                            Endpoints.of(image, service, subset, port, LocalitySpread.NONE));
                }
            }
        }
        clustersMade += clusters.size();
        return new ServicePart(service, workloads, image.frameVersion(), clusters, endpoints);
    }

    private Map<String, XdsResource> endpoints(MeshImage image, ProxyClass proxy) {
        return image.localityLabels() == null
                ? endpoints
                : new JoinedMap<>(endpoints, local.of(image, proxy.whereabouts()));
    }

    private Map<String, XdsResource> listeners(MeshImage image, ProxyClass proxy) {
        if (proxy.mode() == Mode.NONE) {
            return part("listeners of " + proxy, image.frameVersion(), made -> {
                made.put(Names.HTTP_PROXY, OutboundListeners.explicit(image.settings(), proxy.address()));
                made.putAll(InboundListeners.explicit(image.settings(), proxy));
            });
        }
        SortedMap<String, XdsResource> outbound = part(
                "outbound listeners of " + proxy.namespace(),
                image,
                made -> made.putAll(OutboundListeners.redirected(image, proxy.namespace(), serviceListeners)));
        SortedMap<String, XdsResource> inbound = part(
                "inbound listeners of " + shape(proxy.inbound()),
                image.frameVersion(),
                made -> made.put(Names.VIRTUAL_INBOUND, InboundListeners.redirected(image.settings(), proxy)));
        return new JoinedMap<>(outbound, inbound);
    }

    /** What an intercepted workload's listener depends on: not whose ports they are, so that most of a mesh shares it. */
    private static String shape(List<ProxyClass.InboundPort> inbound) {
        StringBuilder shape = new StringBuilder();
        for (ProxyClass.InboundPort port : inbound) {
            shape.append(port.port()).append(' ').append(port.protocol()).append(port.frontDoor() ? " front;" : ";");
        }
        return shape.toString();
    }

    private Map<String, XdsResource> routes(MeshImage image, ProxyClass proxy) {
        if (proxy.mode() == Mode.NONE) {
            return part(
                    "explicit routes of " + proxy.callers(),
                    image,
                    made -> made.put(Names.HTTP_PROXY, routes.explicit(image, proxy.callers())));
        }
        return part("routes of " + proxy.callers(), image, made -> made.putAll(routes.byPort(image, proxy.callers())));
    }

    private Map<String, XdsResource> clusters(MeshImage image, ProxyClass proxy) {
        MeshSettings settings = image.settings();
        SortedMap<String, XdsResource> own = part("clusters of " + proxy, image.frameVersion(), made -> {
            made.put(Names.BLACK_HOLE, Clusters.blackHole());
            if (proxy.mode() == Mode.REDIRECT) {
                made.put(Names.PASSTHROUGH, Clusters.passthrough());
                made.put(Names.INBOUND_PASSTHROUGH, Clusters.inboundPassthrough());
            }
            for (ProxyClass.InboundPort port : proxy.inbound()) {
                made.put(Names.inbound(port.port()), Clusters.inbound(proxy, port, settings.domain()));
            }
        });
        return new JoinedMap<>(clusters, own);
    }

    private interface Maker {
        void makeInto(Map<String, Message> made);
    }

    private SortedMap<String, XdsResource> part(String key, MeshImage image, Maker maker) {
        return part(key, image.configurationVersion(), maker);
    }

    private SortedMap<String, XdsResource> part(String key, long version, Maker maker) {
        Part before = parts.get(key);
        if (before != null && before.version == version) {
            return before.resources;
        }
        Map<String, Message> made = new HashMap<>();
        maker.makeInto(made);
        SortedMap<String, XdsResource> old = before == null ? Collections.emptySortedMap() : before.resources;
        Map<String, XdsResource> now = new HashMap<>();
        made.forEach((name, message) -> {
            if (before != null && before.messages.get(name) == message) {
                now.put(name, old.get(name));
            } else {
                put(now, old, name, message);
            }
        });
        Change change = new Change();
        change.add(old, now);
        SortedMap<String, XdsResource> result = change.applyTo(old);
        parts.put(key, new Part(version, made, result));
        return result;
    }

    /** How many clusters, virtual hosts and Services' listeners were made so far. */
    synchronized Work work() {
        return new Work(clustersMade, routes.made(), serviceListeners.made());
    }

    /** What {@link #work} counts. */
    record Work(long clusters, long virtualHosts, long listeners) {}

    static void put(Map<String, XdsResource> into, Map<String, XdsResource> before, String name, Message message) {
        XdsResource made = XdsResource.of(name, message);
        XdsResource old = before.get(name);
        into.put(name, old != null && old.version().equals(made.version()) ? old : made);
    }
}
