package dev.weft.meshmodel;

import dev.weft.base.Diagnostic.Location;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a resource came from. Kept beside the resource, so that moving a document within a file changes no resource.
 *
 * @param source the source's name, e.g. {@code files} or {@code leases}
 * @param file the file, null for sources without files
 * @param firstLine the line of the file on which the document begins, from 1
 * @param places where each field stands within the document, by path ({@code spec.rules[0].backendRefs[1].weight}); the
 *     document itself under the empty path
 */
public record Provenance(String source, @Nullable String file, int firstLine, Map<String, Place> places) {
    /**
     * A place within a document.
     *
     * @param line from 0
     * @param column from 1
     */
    public record Place(int line, int column) {}

    /** A source without files. */
    public static Provenance of(String source) {
        return new Provenance(source, null, 0, Map.of());
    }

    /** The place of the field, or of the nearest one around it; null for sources without files. */
    public @Nullable Location place(String path) {
        if (file == null) {
            return null;
        }
        String at = path;
        while (true) {
            Place place = places.get(at);
            if (place != null) {
                return new Location(file, firstLine + place.line(), place.column());
            }
            if (at.isEmpty()) {
                return new Location(file, firstLine, 1);
            }
            int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
            at = cut < 0 ? "" : at.substring(0, cut);
        }
    }
}
