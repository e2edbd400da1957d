package dev.weft.meshmodel;

import java.util.Comparator;

/** What names one resource. Ordered by kind, namespace, name. */
public record ResourceKey(Kind kind, String namespace, String name) implements Comparable<ResourceKey> {
    private static final Comparator<ResourceKey> ORDER = Comparator.comparing(ResourceKey::kind)
            .thenComparing(ResourceKey::namespace)
            .thenComparing(ResourceKey::name);

    public static ResourceKey service(String namespace, String name) {
        return new ResourceKey(Kind.SERVICE, namespace, name);
    }

    public static ResourceKey workload(String namespace, String name) {
        return new ResourceKey(Kind.WORKLOAD, namespace, name);
    }

    /** {@code Service shop/payments}. */
    @Override
    public String toString() {
        return kind.documentName() + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }

    @Override
    public int compareTo(ResourceKey other) {
        return ORDER.compare(this, other);
    }
}
