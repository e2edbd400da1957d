package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets routes of other namespaces refer to what is in the grant's own (Gateway API). Any {@code from} with any {@code to}.
 */
public record ReferenceGrant(ResourceKey key, List<From> from, List<To> to) implements MeshResource {
    public ReferenceGrant {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** Who may refer: documents of a kind in a namespace. */
    public record From(String group, String kind, String namespace) {}

    /**
     * What may be referred to.
     *
     * @param name null = all of the kind
     */
    public record To(String group, String kind, @Nullable String name) {}

    /** Whether it lets {@code referrer} refer to {@code target}. */
    public boolean permits(ResourceKey referrer, ResourceKey target) {
        return key.namespace().equals(target.namespace())
                && from.contains(
                        new From(referrer.kind().group(), referrer.kind().documentName(), referrer.namespace()))
                && to.stream()
                        .anyMatch(it -> it.group().equals(target.kind().group())
                                && it.kind().equals(target.kind().documentName())
                                && (it.name() == null || it.name().equals(target.name())));
    }
}
