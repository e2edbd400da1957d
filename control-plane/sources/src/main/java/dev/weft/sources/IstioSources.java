package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code sourceNamespace} and {@code sourceLabels} of a rule's matches → a TrafficPolicy that says for whom the rule is. */
final class IstioSources {
    private IstioSources() {}

    /** Who calls: {@code namespace} is null for any. */
    record Callers(@Nullable String namespace, Map<String, String> labels) {
        static final Callers ANY = new Callers(null, Map.of());
    }

    /** The callers a rule is for: all its matches have to say the same of them. */
    static Callers of(FieldReader rule, List<FieldReader> matches) {
        Set<Callers> said = new HashSet<>();
        for (FieldReader match : matches) {
            Callers callers = new Callers(match.string("sourceNamespace"), match.stringMap("sourceLabels"));
            said.add(callers);
            if (match.has("gateways") && !callers.equals(Callers.ANY)) {
                match.findings()
                        .error(
                                "unsupported-value",
                                match.at("gateways"),
                                "with gateways Istio does not look at who calls",
                                "remove one of them");
            }
        }
        if (said.size() > 1) {
            rule.findings()
                    .error(
                            "unsupported-value",
                            rule.at("match"),
                            "the matches are for different callers",
                            "a rule for each");
        }
        return said.size() == 1 ? said.iterator().next() : Callers.ANY;
    }

    /** @param rule name of the HTTPRoute's rule it is for */
    static void write(IstioSketch sketch, Callers callers, String policyName, String rule, String origin) {
        if (callers.equals(Callers.ANY)) {
            return;
        }
        Map<String, Object> spec = sketch.document(Kind.TRAFFIC_POLICY, policyName, origin);
        spec.put("targetRefs", sketch.rule(rule, origin));
        String namespace = callers.namespace();
        spec.put(
                "sources",
                List.of(sketch.map(
                        origin,
                        "namespaces",
                        namespace == null ? null : List.of(namespace),
                        "labels",
                        callers.labels().isEmpty() ? null : callers.labels())));
    }
}
