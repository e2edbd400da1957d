package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code DestinationRule} → Subsets and TrafficPolicies. */
final class DestinationRuleReader {
    private DestinationRuleReader() {}

    static void read(IstioSketch sketch, FieldReader spec) {
        ResourceKey service = IstioHosts.service(sketch, spec, "host");
        IstioHosts.checkForAll(sketch, spec, service, "host");
        spec.refused("workloadSelector", "a policy is for all callers", "");
        String name = service == null ? "unnamed" : service.name();
        FieldReader policy = spec.object("trafficPolicy");
        if (policy != null) {
            policy(sketch, policy, sketch.name(), sketch.map(spec.at("host"), "name", name));
        }
        Set<String> subsets = new HashSet<>();
        for (FieldReader item : spec.objects("subsets")) {
            String subset = item.string("name");
            if (subset != null && !subsets.add(subset)) {
                item.findings().error("bad-value", item.at("name"), "is there twice: '" + subset + "'", "keep one");
            }
            subset(sketch, item, name);
        }
    }

    private static void subset(IstioSketch sketch, FieldReader item, String service) {
        String subset = item.requiredString("name");
        String name = service + "." + subset;
        Map<String, String> labels = item.stringMap("labels");
        Map<String, Object> spec = sketch.document(Kind.SUBSET, name, item.path());
        spec.put("service", service);
        spec.put("labels", labels);
        if (!subset.isEmpty() && !Names.isLabel(subset)) {
            item.findings().error("bad-name", item.at("name"), "is not a valid name: '" + subset + "'", Names.RULE);
        }
        if (labels.isEmpty()) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.path(),
                            "a subset without labels is the whole Service",
                            "route to the host without a subset");
        }
        FieldReader policy = item.object("trafficPolicy");
        if (policy != null) {
            Map<String, Object> target = sketch.map(
                    item.at("name"), "group", Kind.SUBSET.group(), "kind", Kind.SUBSET.documentName(), "name", name);
            policy(sketch, policy, sketch.name() + "." + subset, target);
        }
    }

    /** Left out if it says nothing but what a mesh does anyway. */
    private static void policy(IstioSketch sketch, FieldReader item, String name, Map<String, Object> target) {
        Map<String, Object> said = IstioPolicies.read(sketch, item);
        if (!said.isEmpty()) {
            Map<String, Object> spec = sketch.document(Kind.TRAFFIC_POLICY, name, item.path());
            spec.put("targetRefs", List.of(target));
            spec.putAll(said);
        }
    }
}
