package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code ServiceEntry} of one Service of the mesh → a Service, and a Workload for each of its endpoints. */
final class ServiceEntryReader {
    private static final String TLS_MODE = "security.istio.io/tlsMode";
    private static final Set<String> PROTOCOLS =
            Set.of("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "TCP", "TLS", "HTTPS", "MONGO", "MYSQL", "REDIS");

    private ServiceEntryReader() {}

    static void read(IstioSketch sketch, FieldReader spec) {
        List<String> hosts = spec.strings("hosts");
        if (hosts.size() != 1) {
            spec.findings()
                    .error(
                            hosts.isEmpty() ? "missing-field" : "unsupported-value",
                            spec.at("hosts"),
                            "a Service has one name (got " + hosts.size() + ")",
                            "one ServiceEntry for each");
        }
        ResourceKey service = null;
        if (!hosts.isEmpty() && hosts.getFirst().indexOf('.') < 0) {
            spec.findings()
                    .error(
                            "unsupported-value",
                            spec.at("hosts") + "[0]",
                            "is not a full name, and a ServiceEntry's host stands as it is: '" + hosts.getFirst() + "'",
                            "NAME.NAMESPACE.svc.cluster.local");
        } else if (!hosts.isEmpty()) {
            service = IstioHosts.service(sketch, spec, spec.at("hosts") + "[0]", hosts.getFirst());
        }
        IstioHosts.checkForAll(sketch, spec, service, "hosts");
        must(
                spec,
                "location",
                "MESH_INTERNAL",
                "there are no documents for what is outside the mesh yet (egress is ALLOW_ANY unless the Mesh says"
                        + " otherwise)");
        must(spec, "resolution", "STATIC", "names are not looked up; endpoints have addresses");
        spec.refused("addresses", "a Service has an address of its own", "remove the field");
        spec.refused("subjectAltNames", "an endpoint's identity is that of its service account", "remove the field");
        ResourceKey named = service == null ? ResourceKey.service(sketch.namespace(), "unnamed") : service;
        Map<String, Object> made = sketch.document(Kind.SERVICE, named.name(), "spec");
        FieldReader selector = spec.object("workloadSelector");
        Map<String, String> labels = selector == null ? Map.of() : selector.stringMap("labels");
        if (selector != null) {
            made.put("selector", labels);
        }
        List<FieldReader> endpoints = spec.objects("endpoints");
        if (labels.isEmpty() == endpoints.isEmpty()) {
            spec.findings()
                    .error("missing-field", spec.path(), "needs one of 'endpoints' and 'workloadSelector.labels'", "");
        }
        Map<String, Integer> targets = new LinkedHashMap<>(); // by the port's name
        List<Object> ports = sketch.list(spec.at("ports"));
        for (FieldReader item : spec.objects("ports")) {
            ports.add(port(sketch, item, !endpoints.isEmpty(), targets));
        }
        made.put("ports", ports);
        for (int i = 0; i < endpoints.size(); i++) {
            workload(sketch, endpoints.get(i), named, i, targets);
        }
    }

    private static void must(FieldReader spec, String field, String value, String problem) {
        String said = spec.string(field);
        if (!value.equals(said)) {
            spec.findings().error("unsupported-value", spec.at(field), problem, field + ": " + value);
        }
    }

    private static Map<String, Object> port(
            IstioSketch sketch, FieldReader item, boolean byName, Map<String, Integer> targets) {
        String name = item.requiredString("name");
        int number = item.requiredInteger("number", 1, 65_535);
        Integer target = item.integer("targetPort", 1, 65_535);
        String protocol = item.string("protocol");
        if (protocol != null && !PROTOCOLS.contains(protocol.toUpperCase(Locale.ROOT))) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.at("protocol"),
                            "is not carried (got '" + protocol + "')",
                            "one of " + String.join(", ", new TreeSet<>(PROTOCOLS)));
        }
        targets.put(name, target == null ? number : target);
        return sketch.map(
                item.path(),
                "name",
                name,
                "port",
                number,
                "targetPort",
                byName ? name : target,
                "appProtocol",
                protocol == null ? null : protocol.toLowerCase(Locale.ROOT));
    }

    private static void workload(
            IstioSketch sketch, FieldReader item, ResourceKey service, int number, Map<String, Integer> targets) {
        item.refused("network", "there is one network", "");
        Map<String, String> labels = item.stringMap("labels");
        String account = item.string("serviceAccount");
        FieldReader own = item.object("ports");
        List<Object> ports = new ArrayList<>();
        targets.forEach((name, target) -> {
            Integer said = own == null ? null : own.integer(name, 1, 65_535);
            ports.add(sketch.map(item.at("ports"), "name", name, "port", said == null ? target : said));
        });
        // as Istio has it: by the label, else by whether it has an identity
        String mode = labels.get(TLS_MODE);
        boolean mutual = mode == null ? account != null : mode.equals("istio");
        Map<String, Object> spec =
                sketch.document(Kind.WORKLOAD, service.namespace(), sketch.name() + "-" + number, labels, item.path());
        spec.putAll(sketch.map(
                item.path(),
                "address",
                item.requiredString("address"),
                "ports",
                ports,
                "service",
                service.name(),
                "serviceAccount",
                account,
                "weight",
                item.integer("weight", 1, 128),
                "locality",
                item.string("locality"),
                "tls",
                mutual ? null : "plaintext"));
    }
}
