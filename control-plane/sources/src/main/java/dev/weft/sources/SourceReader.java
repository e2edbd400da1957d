package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Source;
import dev.weft.meshmodel.TrafficPolicy.TargetRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code sources} of a TrafficPolicy: with the words of an AuthorizationPolicy. */
final class SourceReader {
    private static final Set<Kind> ROUTES = Set.of(Kind.HTTP_ROUTE, Kind.GRPC_ROUTE);
    private static final List<String> OF_SERVICES = List.of("loadBalancer", "timeouts", "healthCheck");

    private SourceReader() {}

    /** Sources are for routes, and the rest of the policy is not. */
    static List<Source> read(ResourceKey key, FieldReader spec, List<TargetRef> targets) {
        List<Source> sources = new ArrayList<>();
        for (FieldReader item : spec.objects("sources")) {
            sources.add(source(key, item));
        }
        boolean routes = targets.stream()
                .anyMatch(target -> ROUTES.contains(target.resource().kind()));
        boolean services = targets.stream()
                .anyMatch(target -> !ROUTES.contains(target.resource().kind()));
        if (routes && services) {
            spec.findings().error("bad-value", spec.at("targetRefs"), "mixes routes and Services", "make two policies");
        }
        if (services && !sources.isEmpty()) {
            spec.findings()
                    .error(
                            "bad-value",
                            spec.at("sources"),
                            "is for rules of routes",
                            "target an HTTPRoute, with sectionName for one rule");
        }
        if (routes && sources.isEmpty()) {
            spec.missing("sources");
        }
        for (String field : OF_SERVICES) {
            if (routes && spec.has(field)) {
                spec.findings().error("bad-value", spec.at(field), "is for Services, not for routes", "");
            }
        }
        return sources;
    }

    private static Source source(ResourceKey key, FieldReader item) {
        List<String> accounts = new ArrayList<>();
        for (String account : item.strings("serviceAccounts")) {
            accounts.add(account.contains("/") ? account : key.namespace() + "/" + account); // as Istio
        }
        List<String> namespaces = item.strings("namespaces");
        for (int i = 0; i < namespaces.size(); i++) {
            if (!Names.isLabel(namespaces.get(i))) {
                item.findings()
                        .error(
                                "bad-name",
                                item.at("namespaces") + "[" + i + "]",
                                "is not a namespace: '" + namespaces.get(i) + "'",
                                "for any of them leave the field out");
            }
        }
        Map<String, String> labels = item.stringMap("labels");
        if (namespaces.isEmpty() && accounts.isEmpty() && labels.isEmpty()) {
            item.findings()
                    .error(
                            "missing-field",
                            item.path(),
                            "needs one of 'namespaces', 'serviceAccounts' and 'labels'",
                            "");
        }
        return new Source(namespaces, accounts, labels);
    }
}
