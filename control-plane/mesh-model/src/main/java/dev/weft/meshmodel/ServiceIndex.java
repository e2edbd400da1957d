package dev.weft.meshmodel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Services by one label of their selector, so that a workload meets the few that may select it and not all. Immutable. */
final class ServiceIndex {
    private static final String BY_NAME = "\n"; // in place of a label: Services without a selector

    private final Map<String, List<Service>> byTag = new HashMap<>();

    ServiceIndex(List<Service> services) {
        for (Service service : services) {
            byTag.computeIfAbsent(tag(service), key -> new ArrayList<>(1)).add(service);
        }
    }

    /** Those that select the workload, sorted by key. */
    List<Service> selecting(Workload workload) {
        List<Service> found = new ArrayList<>();
        add(tag(workload.namespace(), BY_NAME, String.valueOf(workload.service())), workload, found);
        workload.labels().forEach((name, value) -> add(tag(workload.namespace(), name, value), workload, found));
        found.sort((a, b) -> a.key().compareTo(b.key()));
        return List.copyOf(found);
    }

    private void add(String tag, Workload workload, List<Service> found) {
        for (Service service : byTag.getOrDefault(tag, List.of())) {
            if (service.selects(workload)) {
                found.add(service);
            }
        }
    }

    /** Each Service has one tag only, so none is found twice. */
    private static String tag(Service service) {
        return service.selector().entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .map(label -> tag(service.namespace(), label.getKey(), label.getValue()))
                .orElse(tag(service.namespace(), BY_NAME, service.name()));
    }

    private static String tag(String namespace, String label, String value) {
        return namespace + "\n" + label + "\n" + value;
    }
}
