package dev.weft.meshmodel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Workloads by one label, so that a new Service looks at its own and not at all. Lives for one batch. */
final class WorkloadIndex {
    private final Collection<MeshResource> resources;
    private final Map<String, List<Workload>> byTag = new HashMap<>(); // made when first asked

    WorkloadIndex(Collection<MeshResource> resources) {
        this.resources = resources;
    }

    /** Sorted by key. */
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
        if (byTag.isEmpty()) {
            makeIndex();
        }
        if (service.selector().isEmpty()) {
            return tagged(service.namespace(), "", service.name());
        }
        List<Workload> fewest = null;
        for (Map.Entry<String, String> label : service.selector().entrySet()) {
            List<Workload> found = tagged(service.namespace(), label.getKey(), label.getValue());
            fewest = fewest == null || found.size() < fewest.size() ? found : fewest;
        }
        return fewest == null ? List.of() : fewest;
    }

    private void makeIndex() {
        for (MeshResource resource : resources) {
            if (resource instanceof Workload workload) {
                add(workload, "", String.valueOf(workload.service()));
                workload.labels().forEach((name, value) -> add(workload, name, value));
            }
        }
    }

    private void add(Workload workload, String label, String value) {
        byTag.computeIfAbsent(tag(workload.namespace(), label, value), key -> new ArrayList<>())
                .add(workload);
    }

    private List<Workload> tagged(String namespace, String label, String value) {
        return byTag.getOrDefault(tag(namespace, label, value), List.of());
    }

    private static String tag(String namespace, String label, String value) {
        return namespace + "\n" + label + "\n" + value;
    }
}
