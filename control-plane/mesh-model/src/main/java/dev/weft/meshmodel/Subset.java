package dev.weft.meshmodel;

import java.util.Map;

/**
 * Some of a Service's workloads: those that carry further labels, e.g. of one version.
 *
 * @param key its name is {@code SERVICE.NAME}
 * @param service of the same namespace
 * @param labels at least one
 */
public record Subset(ResourceKey key, ResourceKey service, Map<String, String> labels) implements MeshResource {
    public Subset {
        labels = Map.copyOf(labels);
    }

    /** The part of its name that tells it from the Service's other subsets. */
    public String shortName() {
        return key.name().substring(service.name().length() + 1);
    }

    /** Whether a workload of the Service's is one of its own. */
    public boolean includes(Workload workload) {
        return workload.labels().entrySet().containsAll(labels.entrySet());
    }
}
