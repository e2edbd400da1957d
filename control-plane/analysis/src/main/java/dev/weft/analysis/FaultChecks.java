package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.FaultPolicy;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.Service;

/** Checks of fault policies: whether what they are for is there, and whether they are forgotten ones. */
final class FaultChecks {
    private FaultChecks() {}

    static void check(MeshImage image, Findings findings) {
        for (MeshResource resource : image.resources()) {
            if (resource instanceof FaultPolicy policy) {
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
