package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code tcp[]} and {@code tls[]} of a VirtualService → a TCPRoute or TLSRoute for each. */
final class IstioStreams {
    private final IstioSketch sketch;
    private final IstioParents parents;
    private final IstioDestinations destinations;

    IstioStreams(IstioSketch sketch, IstioParents parents, IstioDestinations destinations) {
        this.sketch = sketch;
        this.parents = parents;
        this.destinations = destinations;
    }

    void read(FieldReader spec) {
        tls(spec.objects("tls"));
        tcp(spec.objects("tcp"));
    }

    private void tls(List<FieldReader> items) {
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            FieldReader item = items.get(i);
            List<String> names = new ArrayList<>();
            Set<Integer> ports = new HashSet<>();
            for (FieldReader match : item.objects("match")) {
                names.addAll(match.strings("sniHosts"));
                ports.add(port(match));
            }
            if (names.isEmpty()) {
                item.findings().error("missing-field", item.path(), "needs a match with 'sniHosts'", "");
            }
            for (String name : names) {
                if (!taken.add(name)) {
                    item.findings()
                            .error("rule-order", item.path(), "'" + name + "' is there already", "keep the first");
                }
            }
            String name = items.size() == 1 ? sketch.name() : sketch.name() + ".tls-" + i;
            Map<String, Object> route = sketch.document(Kind.TLS_ROUTE, name, item.path());
            route.put("parentRefs", parents.refs(only(item, ports)));
            List<Object> hostnames = sketch.list(item.at("match"));
            hostnames.addAll(names);
            route.put("hostnames", hostnames);
            rule(route, item, Kind.TLS_ROUTE);
        }
    }

    /** Of several that would do the first is taken: they have to be for a port each, and one without comes last. */
    private void tcp(List<FieldReader> items) {
        Set<Integer> taken = new HashSet<>();
        for (FieldReader item : items) {
            Set<Integer> ports = new HashSet<>();
            for (FieldReader match : item.objects("match")) {
                ports.add(port(match));
            }
            Integer port = only(item, ports);
            if (taken.contains(0) || !taken.add(port == null ? 0 : port)) {
                item.findings()
                        .error("rule-order", item.path(), "is never reached: one before takes its connections", "");
            }
            String suffix = items.size() == 1 ? "" : ".tcp-" + (port == null ? "rest" : String.valueOf(port));
            Map<String, Object> route = sketch.document(Kind.TCP_ROUTE, sketch.name() + suffix, item.path());
            route.put("parentRefs", parents.refs(port));
            rule(route, item, Kind.TCP_ROUTE);
        }
    }

    private void rule(Map<String, Object> route, FieldReader item, Kind kind) {
        route.put("rules", List.of(sketch.map(item.path(), "backendRefs", destinations.backends(item, kind))));
        if (!item.has("route")) {
            item.missing("route");
        }
    }

    private static int port(FieldReader match) {
        match.refused("destinationSubnets", "a Service has one address", "");
        match.refused("sourceSubnet", "there are no matches by the caller's address", "");
        IstioValues.refuseSources(match);
        Integer port = match.integer("port", 1, 65_535);
        return port == null ? 0 : port;
    }

    private static @Nullable Integer only(FieldReader item, Set<Integer> ports) {
        if (ports.size() > 1) {
            item.findings()
                    .error("unsupported-value", item.at("match"), "names several ports", "one entry for each port");
        }
        Integer port = ports.isEmpty() ? 0 : ports.iterator().next();
        return port == 0 ? null : port;
    }
}
