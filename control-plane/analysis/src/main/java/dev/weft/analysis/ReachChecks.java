package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks whether requests can arrive where routes send them, and whether anybody sends any. Instances may register themselves,
 * so that a Service without workloads is suspicious only beside others that have some.
 */
final class ReachChecks {
    private ReachChecks() {}

    static void check(MeshImage image, Findings findings) {
        List<Workload> workloads = image.workloads();
        for (MeshRoute route : image.routes()) {
            for (int i = 0; i < route.rules().size(); i++) {
                checkBackends(image, route, route.rules().get(i), "spec.rules[" + i + "]", findings);
            }
            if (!workloads.isEmpty()) {
                checkCallers(route, workloads, findings);
            }
        }
    }

    private static void checkBackends(
            MeshImage image, MeshRoute route, RouteRule<?> rule, String path, Findings findings) {
        Map<Integer, String> unreachable = new HashMap<>(); // by index, why
        long sum = 0;
        boolean anyReachable = false;
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            BackendRef backend = rule.backendRefs().get(i);
            sum += backend.weight();
            if (backend.weight() > 0 && image.resolve(route, backend) instanceof BackendRef.Found found) {
                String problem = problem(image, found);
                anyReachable |= problem == null;
                if (problem != null) {
                    unreachable.put(i, problem);
                }
            }
        }
        for (Map.Entry<Integer, String> one : unreachable.entrySet()) {
            BackendRef backend = rule.backendRefs().get(one.getKey());
            boolean empty = one.getValue().equals(NOBODY);
            if (!empty || anyReachable) {
                findings.warning(
                        "unreachable-backend",
                        route.key(),
                        path + ".backendRefs[" + one.getKey() + "]",
                        one.getValue() + ": " + backend.weight() + " of " + sum + " requests get 503",
                        empty ? "start it before it gets a share" : "name a port that its workloads serve");
            }
        }
    }

    private static final String NOBODY = "no workload is behind it";

    private static @org.jspecify.annotations.Nullable String problem(MeshImage image, BackendRef.Found found) {
        Subset subset = found.subset();
        List<Workload> workloads = image.workloads(found.service().key()).stream()
                .filter(workload -> subset == null || subset.includes(workload))
                .toList();
        if (workloads.isEmpty()) {
            return NOBODY;
        }
        boolean served = workloads.stream()
                .anyMatch(
                        workload -> ServiceChecks.serves(workload, found.port().target()));
        return served
                ? null
                : "none of its workloads serves port " + found.port().port();
    }

    /** Routes of another namespace than their Service's are for callers there. */
    private static void checkCallers(MeshRoute route, List<Workload> workloads, Findings findings) {
        String namespace = route.key().namespace();
        for (int i = 0; i < route.parentRefs().size(); i++) {
            ParentRef parent = route.parentRefs().get(i);
            if (!parent.service().namespace().equals(namespace)
                    && workloads.stream().noneMatch(w -> w.namespace().equals(namespace))) {
                findings.info(
                        "route-without-callers",
                        route.key(),
                        "spec.parentRefs[" + i + "]",
                        "it is for callers in namespace '" + namespace + "', where there is no workload",
                        "a route for all callers belongs into the Service's namespace");
            }
        }
    }
}
