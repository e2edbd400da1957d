package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where a VirtualService's rules lead, as backends; and the permission to lead into other namespaces. */
final class IstioDestinations {
    private final IstioSketch sketch;
    private final Map<String, TreeSet<String>> foreign = new TreeMap<>(); // Services by namespace
    private final TreeSet<String> routeKinds = new TreeSet<>();

    IstioDestinations(IstioSketch sketch) {
        this.sketch = sketch;
    }

    /** The backends of a rule's {@code route}, by weight. Of a single one all of it, whatever its weight (Istio). */
    List<Object> backends(FieldReader rule, Kind routeKind) {
        List<FieldReader> items = rule.objects("route");
        List<Object> backends = sketch.list(rule.at("route"));
        long sum = 0;
        for (FieldReader item : items) {
            Integer weight = item.integer("weight", 0, 1_000_000);
            int said = weight == null ? 0 : weight;
            sum += said;
            FieldReader destination = item.requiredObject("destination");
            Map<String, Object> backend = destination == null ? null : backend(destination, routeKind);
            if (backend == null) {
                continue;
            }
            if (items.size() > 1) {
                backend.put("weight", said);
            }
            if (routeKind == Kind.HTTP_ROUTE) {
                List<Object> filters = sketch.list(item.at("headers"));
                IstioHeaders.add(sketch, item, filters);
                if (items.size() == 1 && IstioHeaders.bothEdit(rule, item)) {
                    item.findings()
                            .error(
                                    "unsupported-value",
                                    item.at("headers"),
                                    "one that the rule edits, too: of a single destination this comes last in Istio, here first",
                                    "say it once");
                }
                if (!filters.isEmpty()) {
                    backend.put("filters", filters);
                }
            }
            backends.add(backend);
        }
        if (items.size() > 1 && sum == 0) {
            rule.findings().error("bad-value", rule.at("route"), "all weights are zero", "give one a weight");
        }
        return backends;
    }

    /** One destination, or null. */
    @Nullable
    Map<String, Object> backend(FieldReader destination, Kind routeKind) {
        ResourceKey service = IstioHosts.service(sketch, destination, "host");
        String subset = destination.string("subset");
        FieldReader portItem = destination.object("port");
        Integer port = portItem == null ? null : portItem.integer("number", 1, 65_535);
        if (service == null) {
            return null;
        }
        boolean own = service.namespace().equals(sketch.namespace());
        if (!own) {
            foreign.computeIfAbsent(service.namespace(), namespace -> new TreeSet<>())
                    .add(service.name());
            routeKinds.add(routeKind.documentName());
        }
        boolean ours = subset != null || port == null; // Gateway API's reference to a Service has a port
        Map<String, Object> backend = sketch.map(
                destination.path(),
                "group",
                ours ? Kind.SUBSET.group() : null,
                "kind",
                subset != null ? Kind.SUBSET.documentName() : ours ? Kind.SERVICE.documentName() : null,
                "name",
                subset == null ? service.name() : service.name() + "." + subset,
                "namespace",
                own ? null : service.namespace(),
                "port",
                port);
        return backend;
    }

    /** Istio asks nobody for permission. */
    void grant() {
        foreign.forEach((namespace, services) -> {
            List<Object> from = new ArrayList<>();
            for (String kind : routeKinds) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("group", Kind.HTTP_ROUTE.group());
                one.put("kind", kind);
                one.put("namespace", sketch.namespace());
                from.add(one);
            }
            List<Object> to = new ArrayList<>();
            for (String service : services) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("group", "");
                one.put("kind", "Service");
                one.put("name", service);
                to.add(one);
            }
            Map<String, Object> spec = sketch.document(
                    Kind.REFERENCE_GRANT, namespace, sketch.namespace() + "." + sketch.name(), Map.of(), "spec");
            spec.put("from", from);
            spec.put("to", to);
        });
    }
}
