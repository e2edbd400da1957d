package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Provenance.Place;
import dev.weft.meshmodel.ResourceKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What reading one document gave.
 *
 * @param parts what it is about: one resource, several where it is one of Istio's, none if it does not get far enough to say
 *     or is not of the mesh's kinds
 * @param unidentified whether it may be any of its file's documents: what the file held before must not be given up for it
 * @param diagnostics with lines counted from the document's first = 1, and no file
 */
record ParsedDocument(List<Part> parts, boolean unidentified, List<Diagnostic> diagnostics) {
    ParsedDocument {
        parts = List.copyOf(parts);
    }

    /**
     * One resource of it.
     *
     * @param resource null if there are errors
     * @param places where its fields stand in the document
     */
    record Part(ResourceKey key, @Nullable MeshResource resource, Map<String, Place> places) {}

    /** The part for a resource, or null. */
    @Nullable
    Part part(ResourceKey key) {
        for (Part part : parts) {
            if (part.key().equals(key)) {
                return part;
            }
        }
        return null;
    }

    /** Whether anything in it is in no use. */
    boolean isBad() {
        return parts.isEmpty() || parts.stream().anyMatch(part -> part.resource() == null);
    }

    /** The key of a document that is one resource, or null. */
    @Nullable
    ResourceKey key() {
        return parts.isEmpty() ? null : parts.getFirst().key();
    }

    /** The resource of a document that is one, or null. */
    @Nullable
    MeshResource resource() {
        return parts.isEmpty() ? null : parts.getFirst().resource();
    }
}
