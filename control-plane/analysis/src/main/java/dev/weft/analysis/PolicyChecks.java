package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.TrafficPolicy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Checks of TrafficPolicies: what they target, and whether two of them say different things about it. */
final class PolicyChecks {
    private PolicyChecks() {}

    static void check(MeshImage image, Findings findings) {
        Map<String, TrafficPolicy> firstByField = new HashMap<>();
        for (TrafficPolicy policy : image.policies()) {
            for (int i = 0; i < policy.targetRefs().size(); i++) {
                checkTarget(image, policy, policy.targetRefs().get(i), "spec.targetRefs[" + i + "]", findings);
                checkConflict(policy, policy.targetRefs().get(i), firstByField, findings);
            }
        }
    }

    private static void checkTarget(
            MeshImage image, TrafficPolicy policy, TrafficPolicy.TargetRef target, String path, Findings findings) {
        MeshResource resource = image.get(target.resource());
        ResourceKey owner = resource instanceof Subset subset ? subset.service() : target.resource();
        Service service = image.service(owner);
        String portName = target.portName();
        if (resource == null) {
            findings.warning(
                    "dangling-target",
                    policy.key(),
                    path,
                    "there is no " + target.resource(),
                    "the policy has no effect until there is");
        } else if (service != null
                && portName != null
                && service.ports().stream().noneMatch(port -> port.name().equals(portName))) {
            findings.warning(
                    "dangling-target",
                    policy.key(),
                    path + ".sectionName",
                    owner + " has no port named '" + portName + "'",
                    "the policy has no effect until it has");
        }
    }

    private static void checkConflict(
            TrafficPolicy policy,
            TrafficPolicy.TargetRef target,
            Map<String, TrafficPolicy> firstByField,
            Findings findings) {
        said(policy).forEach((field, value) -> {
            TrafficPolicy first = firstByField.putIfAbsent(target + " " + field, policy);
            if (first != null
                    && !first.equals(policy)
                    && !Objects.equals(said(first).get(field), value)) {
                findings.warning(
                        "policy-conflict",
                        policy.key(),
                        "spec." + field,
                        first.key() + " says something else about " + target.resource() + ", and counts",
                        "say it in one of them");
            }
        });
    }

    private static Map<String, Object> said(TrafficPolicy policy) {
        Map<String, Object> said = new LinkedHashMap<>();
        if (policy.loadBalancer() != null) {
            said.put("loadBalancer", policy.loadBalancer());
        }
        if (policy.connectTimeout() != null) {
            said.put("timeouts.connect", policy.connectTimeout());
        }
        if (policy.requestTimeout() != null) {
            said.put("timeouts.request", policy.requestTimeout());
        }
        if (policy.idleTimeout() != null) {
            said.put("timeouts.idle", policy.idleTimeout());
        }
        return said;
    }
}
