package dev.weft.proxycore;

import java.util.Map;

/**
 * The labels of a workload that Istio's metrics show; {@code unknown} where nothing is known.
 *
 * @param workload name of the workload (deployment, unit)
 * @param namespace its namespace
 * @param service canonical service: label {@code service.istio.io/canonical-name}, else {@code app}, else the workload
 * @param revision canonical revision: label {@code version}
 * @param cluster name of the cluster (mesh installation) it runs in
 */
public record WorkloadLabels(String workload, String namespace, String service, String revision, String cluster) {
    private static final String NONE = "unknown";

    /** Nothing is known. */
    public static final WorkloadLabels UNKNOWN = new WorkloadLabels(NONE, NONE, NONE, NONE, NONE);

    /** From a name, a namespace and the labels of a workload. */
    public static WorkloadLabels of(String workload, String namespace, Map<String, String> labels) {
        String service = labels.getOrDefault(
                "service.istio.io/canonical-name",
                labels.getOrDefault("app.kubernetes.io/name", labels.getOrDefault("app", workload)));
        String revision = labels.getOrDefault(
                "service.istio.io/canonical-revision",
                labels.getOrDefault("app.kubernetes.io/version", labels.getOrDefault("version", "latest")));
        return new WorkloadLabels(workload, namespace, service, revision, NONE);
    }

    /** Istio's compact form in endpoint metadata: {@code workload;namespace;service;revision;cluster}. */
    public static WorkloadLabels parse(String text) {
        String[] parts = text.split(";", -1);
        return new WorkloadLabels(part(parts, 0), part(parts, 1), part(parts, 2), part(parts, 3), part(parts, 4));
    }

    private static String part(String[] parts, int index) {
        return index < parts.length && !parts[index].isEmpty() ? parts[index] : NONE;
    }

    /** The compact form. */
    public String compact() {
        return String.join(";", workload, namespace, service, revision, cluster);
    }
}
