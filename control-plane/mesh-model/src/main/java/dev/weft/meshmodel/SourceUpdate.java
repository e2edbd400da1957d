package dev.weft.meshmodel;

import dev.weft.base.Diagnostic;
import java.util.List;

/** One step from a source. A batch of them is applied to the image as a whole. */
public sealed interface SourceUpdate {
    /** The source's name. */
    String source();

    /** The source has said all it had to say at its start. Nothing is served before every source has. */
    record Synced(String source) implements SourceUpdate {}

    /** The resource is new, or differs. */
    record Upsert(MeshResource resource, Provenance provenance) implements SourceUpdate {
        @Override
        public String source() {
            return provenance.source();
        }
    }

    /** The resource is gone. */
    record Remove(String source, ResourceKey key) implements SourceUpdate {}

    /** Everything the source now has to complain about; replaces what it reported before. */
    record Reported(String source, List<Diagnostic> diagnostics) implements SourceUpdate {
        public Reported {
            diagnostics = List.copyOf(diagnostics);
        }
    }
}
