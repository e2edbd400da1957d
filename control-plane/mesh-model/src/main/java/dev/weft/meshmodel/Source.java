package dev.weft.meshmodel;

import java.util.List;
import java.util.Map;

/**
 * Callers, by what all of them have in common; what is empty does not matter.
 *
 * @param namespaces any of them
 * @param serviceAccounts any of them, as {@code NAMESPACE/NAME}
 * @param labels all of them
 */
public record Source(List<String> namespaces, List<String> serviceAccounts, Map<String, String> labels) {
    public Source {
        namespaces = List.copyOf(namespaces);
        serviceAccounts = List.copyOf(serviceAccounts);
        labels = Map.copyOf(labels);
    }

    /** Whether a caller is one of them. */
    public boolean includes(String namespace, String serviceAccount, Map<String, String> itsLabels) {
        return (namespaces.isEmpty() || namespaces.contains(namespace))
                && (serviceAccounts.isEmpty() || serviceAccounts.contains(namespace + "/" + serviceAccount))
                && itsLabels.entrySet().containsAll(labels.entrySet());
    }
}
