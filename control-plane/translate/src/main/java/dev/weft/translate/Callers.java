package dev.weft.translate;

import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.TrafficPolicy;
import java.util.List;

/**
 * Callers for whom the same routes are there.
 *
 * @param namespace whose short names they may use and whose routes they follow
 * @param admitted the policies with {@code sources} that name them, in order
 */
public record Callers(String namespace, List<ResourceKey> admitted) {
    public Callers {
        admitted = List.copyOf(admitted);
    }

    /** Whether a rule is there for them: one that policies target is for those callers only that one of them names. */
    boolean have(MeshImage image, MeshRoute route, RouteRule<?> rule) {
        boolean targeted = false;
        for (TrafficPolicy policy : image.policies(route.key())) {
            for (TrafficPolicy.TargetRef target : policy.targetRefs()) {
                boolean names = target.portName() == null || target.portName().equals(rule.name());
                if (target.resource().equals(route.key()) && names) {
                    if (admitted.contains(policy.key())) {
                        return true;
                    }
                    targeted = true;
                }
            }
        }
        return !targeted;
    }

    /** Whether anything of a route is. */
    boolean have(MeshImage image, MeshRoute route) {
        return route.rules().stream().anyMatch(rule -> have(image, route, rule));
    }
}
