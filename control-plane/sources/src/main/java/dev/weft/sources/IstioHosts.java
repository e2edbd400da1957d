package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Istio's documents call Services, and for whom they are. */
final class IstioHosts {
    private static final int NAME_PARTS = 4; // NAME.NAMESPACE.svc.DOMAIN

    private IstioHosts() {}

    /** Who a document is for. */
    enum Export {
        EVERYONE,
        OWN_NAMESPACE,
        /** Anybody else; said already. */
        REFUSED
    }

    /**
     * The Service a host is, or null after saying why it is none. As Istio reads it: a name without dots is one of the
     * document's namespace, any other stands as it is.
     */
    static @Nullable ResourceKey service(IstioSketch sketch, FieldReader item, String path, String host) {
        if (Names.isLabel(host)) {
            return ResourceKey.service(sketch.namespace(), host);
        }
        List<String> parts = List.of(host.split("\\.", NAME_PARTS));
        if (parts.size() == NAME_PARTS
                && parts.get(2).equals("svc")
                && !parts.get(3).equals("clusterset.local")
                && Names.isSubdomain(host)) {
            return ResourceKey.service(parts.get(1), parts.get(0));
        }
        String problem = host.contains("*")
                ? "a wildcard is not one Service: '" + host + "'"
                : "is not the full name of a Service: '" + host + "', and Istio takes a name with dots as it stands";
        item.findings()
                .error(
                        "unsupported-value",
                        path,
                        problem,
                        "NAME, or NAME.NAMESPACE.svc.cluster.local; there are no documents for hosts outside the mesh");
        return null;
    }

    /** The Service that a needed field names, or null. */
    static @Nullable ResourceKey service(IstioSketch sketch, FieldReader item, String field) {
        String host = item.requiredString(field);
        return host.isEmpty() ? null : service(sketch, item, item.at(field), host);
    }

    static Export export(IstioSketch sketch, FieldReader spec) {
        List<String> names = spec.strings("exportTo");
        if (names.isEmpty() || names.equals(List.of("*"))) {
            return Export.EVERYONE;
        }
        if (names.equals(List.of(".")) || names.equals(List.of(sketch.namespace()))) {
            return Export.OWN_NAMESPACE;
        }
        spec.findings()
                .error(
                        "unsupported-field",
                        spec.at("exportTo"),
                        "a document is for everyone or for its own namespace (got " + names + ")",
                        "a document of its own for each namespace");
        return Export.REFUSED;
    }

    /** For documents about a Service that hold for all of its callers. */
    static void checkForAll(IstioSketch sketch, FieldReader spec, @Nullable ResourceKey service, String hostField) {
        Export export = export(sketch, spec);
        if (export == Export.OWN_NAMESPACE) {
            spec.findings()
                    .error(
                            "unsupported-field",
                            spec.at("exportTo"),
                            "it would hold for the callers of every namespace",
                            "remove the field if it may");
        }
        if (service != null && !Objects.equals(service.namespace(), sketch.namespace())) {
            spec.findings()
                    .error(
                            "unsupported-value",
                            spec.at(hostField),
                            "is a Service of another namespace: what callers think of it is said in "
                                    + service.namespace(),
                            "move the document there");
        }
    }
}
