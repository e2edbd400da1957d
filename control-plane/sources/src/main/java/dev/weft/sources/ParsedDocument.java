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
 * @param key whose document it is; null if it does not get far enough to say, or is not of the mesh's kinds
 * @param unidentified whether it may be any of its file's documents: what the file held before must not be given up for it
 * @param resource null if there are errors
 * @param diagnostics with lines counted from the document's first = 1, and no file
 */
record ParsedDocument(
        @Nullable ResourceKey key,
        boolean unidentified,
        @Nullable MeshResource resource,
        List<Diagnostic> diagnostics,
        Map<String, Place> places) {}
