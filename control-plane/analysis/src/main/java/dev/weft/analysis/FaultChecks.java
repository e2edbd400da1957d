package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.FaultPolicy;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks of fault policies: whether what they are for is there, and whether they are forgotten ones. */
final class FaultChecks {
    private FaultChecks() {}

    static void check(MeshImage image, Findings findings) {
        Map<FaultPolicy.Target, FaultPolicy> firstByTarget = new HashMap<>(); // resources are in alphabetical order
        for (MeshResource resource : image.resources()) {
            if (resource instanceof FaultPolicy policy) {
                policy.targets().forEach(target -> firstByTarget.putIfAbsent(target, policy));
                String reason = whyNone(image, policy, firstByTarget);
                if (reason != null) {
                    findings.warning("ineffective-policy", policy.key(), "spec", reason, "it makes no fault");
                }
                for (int i = 0; i < policy.targets().size(); i++) {
                    checkTarget(image, policy, policy.targets().get(i), "spec.targetRefs[" + i + "]", findings);
                }
                findings.info(
                        "faults-on",
                        policy.key(),
                        "spec",
                        "requests are made to fail or wait on purpose",
                        "remove the policy when the test is over");
            }
        }
    }

    /** Why the policy makes no fault though its targets are there; null when it does. */
    private static @Nullable String whyNone(
            MeshImage image, FaultPolicy policy, Map<FaultPolicy.Target, FaultPolicy> firstByTarget) {
        boolean delays = policy.delay() != null && policy.delay().share() > 0;
        boolean aborts = policy.abort() != null && policy.abort().share() > 0;
        if (!delays && !aborts && !policy.byHeader()) {
            return "its percentages are zero";
        }
        if (policy.targets().stream().noneMatch(target -> policy.equals(firstByTarget.get(target)))) {
            return "other FaultPolicies come first by name and have its targets";
        }
        List<Service.Port> ports = policy.targets().stream()
                .flatMap(target -> image.service(target.resource()) instanceof Service service
                        ? service.ports().stream()
                                .filter(port ->
                                        target.section() == null || port.name().equals(target.section()))
                        : Stream.of())
                .toList();
        boolean onlyServices =
                policy.targets().stream().allMatch(t -> t.resource().kind() == Kind.SERVICE);
        return onlyServices
                        && !ports.isEmpty()
                        && ports.stream().noneMatch(port -> port.protocol().mayBeHttp())
                ? "no port it is for carries HTTP requests"
                : null;
    }

    private static void checkTarget(
            MeshImage image, FaultPolicy policy, FaultPolicy.Target target, String path, Findings findings) {
        MeshResource resource = image.get(target.resource());
        if (resource == null) {
            findings.warning(
                    "dangling-target",
                    policy.key(),
                    path,
                    "there is no " + target.resource(),
                    "the policy has no effect until there is");
            return;
        }
        String section = target.section();
        if (section != null && !hasSection(resource, section)) {
            findings.warning(
                    "dangling-target",
                    policy.key(),
                    path + ".sectionName",
                    target.resource() + " has no " + (target.resource().kind() == Kind.SERVICE ? "port" : "rule")
                            + " named '" + section + "'",
                    "the policy has no effect until it has");
        }
    }

    private static boolean hasSection(MeshResource resource, String section) {
        return switch (resource) {
            case Service service ->
                service.ports().stream().anyMatch(port -> port.name().equals(section));
            case MeshRoute route ->
                route.rules().stream().anyMatch(rule -> rule.name().equals(section));
            default -> false;
        };
    }
}
