package dev.weft.meshmodel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Workloads by one label, so that a Service looks at its own and not at all. Lives for one batch. */
final class WorkloadIndex {
    // up to this many Services it is quicker to look at every workload than to index them
    private static final int FEW = 8;

    private final Map<String, List<Workload>> byTag = new HashMap<>();
    private final List<Workload> all;
    private final boolean worthIt;

    WorkloadIndex(Collection<MeshResource> resources, int lookUps) {
        this.worthIt = lookUps > FEW;
        all = new ArrayList<>();
        for (MeshResource resource : resources) {
            if (resource instanceof Workload workload) {
                all.add(workload);
            }
        }
    }

    List<Workload> selectedBy(Service service) {
        List<Workload> selected = new ArrayList<>();
        for (Workload workload : candidates(service)) {
            if (service.selects(workload)) {
                selected.add(workload);
            }
        }
        selected.sort((a, b) -> a.key().compareTo(b.key()));
        return List.copyOf(selected);
    }

    private List<Workload> candidates(Service service) {
        if (!worthIt) {
            return all;
        }
        if (byTag.isEmpty()) {
            for (Workload workload : all) {
                byTag.computeIfAbsent(
                                tag(workload.namespace(), "", String.valueOf(workload.service())),
                                key -> new ArrayList<>())
                        .add(workload);
                workload.labels()
                        .forEach((name, value) -> byTag.computeIfAbsent(
                                        tag(workload.namespace(), name, value), key -> new ArrayList<>())
                                .add(workload));
            }
        }
        if (service.selector().isEmpty()) {
            return byTag.getOrDefault(tag(service.namespace(), "", service.name()), List.of());
        }
        List<Workload> fewest = all;
        for (Map.Entry<String, String> label : service.selector().entrySet()) {
            List<Workload> found =
                    byTag.getOrDefault(tag(service.namespace(), label.getKey(), label.getValue()), List.of());
            fewest = found.size() < fewest.size() ? found : fewest;
        }
        return fewest;
    }

    private static String tag(String namespace, String label, String value) {
        return namespace + "\n" + label + "\n" + value;
    }
}
