package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import dev.weft.sources.IstioHosts.Export;
import java.util.ArrayList;
import java.util.List;

/** {@code VirtualService} → HTTPRoute, TLSRoutes, TCPRoutes, FaultPolicies, and a ReferenceGrant where one is needed. */
final class VirtualServiceReader {
    private VirtualServiceReader() {}

    static void read(IstioSketch sketch, FieldReader spec) {
        List<String> hosts = spec.strings("hosts");
        if (hosts.isEmpty()) {
            spec.missing("hosts");
        }
        List<ResourceKey> services = new ArrayList<>();
        Export export = IstioHosts.export(sketch, spec);
        for (int i = 0; i < hosts.size(); i++) {
            String path = spec.at("hosts") + "[" + i + "]";
            ResourceKey service = IstioHosts.service(sketch, spec, path, hosts.get(i));
            if (service != null) {
                services.add(service);
                checkCallers(sketch, spec, path, service, export);
            }
        }
        IstioValues.checkGateways(spec, spec.strings("gateways"));
        IstioDestinations destinations = new IstioDestinations(sketch);
        IstioParents parents = new IstioParents(sketch, services, spec.at("hosts"));
        new IstioHttp(sketch, parents, destinations).read(spec);
        new IstioStreams(sketch, parents, destinations).read(spec);
        if (!spec.has("http") && !spec.has("tls") && !spec.has("tcp")) {
            spec.findings().error("missing-field", spec.path(), "needs one of 'http', 'tls' and 'tcp'", "");
        }
        destinations.grant();
    }

    /** A route of the Service's namespace is for all callers, one of another namespace for that namespace's. */
    private static void checkCallers(
            IstioSketch sketch, FieldReader spec, String path, ResourceKey service, Export export) {
        boolean own = service.namespace().equals(sketch.namespace());
        if (own && export == Export.OWN_NAMESPACE) {
            spec.findings()
                    .error(
                            "unsupported-field",
                            spec.at("exportTo"),
                            "a route of the Service's own namespace is for the callers of every namespace",
                            "remove the field if it may be");
        } else if (!own && export == Export.EVERYONE) {
            spec.findings()
                    .error(
                            "unsupported-value",
                            path,
                            service + " is of another namespace: routes here are for callers of " + sketch.namespace()
                                    + " alone",
                            "exportTo: [\".\"] if that is meant, else move the document to " + service.namespace());
        }
    }
}
