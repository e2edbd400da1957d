package dev.weft.meshmodel;

import dev.weft.base.Diagnostic.Location;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a resource came from. Kept beside the resource, so that moving a document within a file changes no resource.
 *
 * @param source the source's name, e.g. {@code files} or {@code leases}
 * @param places where each field stands, by path ({@code spec.rules[0].backendRefs[1].weight}); the document itself under
 *     the empty path; empty for sources without files
 */
public record Provenance(String source, Map<String, Location> places) {
    /** A source without files. */
    public static Provenance of(String source) {
        return new Provenance(source, Map.of());
    }

    /** The place of the field, or of the nearest one around it that has a place; null if there is none. */
    public @Nullable Location place(String path) {
        String at = path;
        while (true) {
            Location place = places.get(at);
            if (place != null || at.isEmpty()) {
                return place;
            }
            int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
            at = cut < 0 ? "" : at.substring(0, cut);
        }
    }
}
