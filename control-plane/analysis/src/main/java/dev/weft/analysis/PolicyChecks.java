package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.TrafficPolicy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

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
            checkEffect(policy, firstByField, findings);
            checkProtocol(image, policy, findings);
        }
    }

    /** Of a policy that only repeats others; of one that contradicts them that was said. */
    private static void checkEffect(TrafficPolicy policy, Map<String, TrafficPolicy> firstByField, Findings findings) {
        Map<String, Object> said = said(policy);
        TrafficPolicy other = null;
        for (TrafficPolicy.TargetRef target : policy.targetRefs()) {
            for (Map.Entry<String, Object> field : said.entrySet()) {
                other = firstByField.get(target + " " + field.getKey());
                if (other == null
                        || other.equals(policy)
                        || !field.getValue().equals(said(other).get(field.getKey()))) {
                    return;
                }
            }
        }
        if (other != null) {
            findings.warning(
                    "ineffective-policy",
                    policy.key(),
                    "spec",
                    other.key() + " says all of it already",
                    "remove one of them");
        }
    }

    /** Connections have no headers, and no requests to be timed. */
    private static void checkProtocol(MeshImage image, TrafficPolicy policy, Findings findings) {
        List<Service.Port> ports = policy.targetRefs().stream()
                .flatMap(target -> ports(image, target))
                .toList();
        if (ports.isEmpty() || ports.stream().anyMatch(port -> port.protocol().mayBeHttp())) {
            return;
        }
        LoadBalancer.HashKey hash =
                policy.loadBalancer() == null ? null : policy.loadBalancer().hash();
        if (hash != null && !(hash instanceof LoadBalancer.SourceAddress)) {
            findings.warning(
                    "ineffective-policy",
                    policy.key(),
                    "spec.loadBalancer.consistentHash",
                    "what it goes by is only in HTTP requests, and no port it is for carries them",
                    "use useSourceIp");
        }
        if (policy.requestTimeout() != null) {
            findings.warning(
                    "ineffective-policy",
                    policy.key(),
                    "spec.timeouts.request",
                    "no port it is for carries HTTP requests",
                    "timeouts.idle is for connections, too");
        }
    }

    private static Stream<Service.Port> ports(MeshImage image, TrafficPolicy.TargetRef target) {
        MeshResource resource = image.get(target.resource());
        Service service = image.service(resource instanceof Subset subset ? subset.service() : target.resource());
        return service == null
                ? Stream.of()
                : service.ports().stream()
                        .filter(port -> target.portName() == null || port.name().equals(target.portName()));
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
        } else if (resource instanceof MeshRoute route
                && portName != null
                && route.rules().stream().noneMatch(rule -> rule.name().equals(portName))) {
            findings.warning(
                    "dangling-target",
                    policy.key(),
                    path + ".sectionName",
                    owner + " has no rule named '" + portName + "'",
                    "the rule that is meant is there for everybody");
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
        if (policy.healthCheck() != null) {
            said.put("healthCheck", policy.healthCheck());
        }
        return said;
    }
}
