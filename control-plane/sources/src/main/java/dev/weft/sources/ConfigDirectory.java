package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.SourceUpdate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A configuration directory read once, for tools that work offline. */
public final class ConfigDirectory {
    private ConfigDirectory() {}

    /**
     * What the directory holds.
     *
     * @param image the documents without errors
     * @param diagnostics what reading them found, errors first; analysis of the image is not part of it
     */
    public record Loaded(MeshImage image, List<Diagnostic> diagnostics) {
        public Loaded {
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /** Reads the directory. One that is missing or unreadable gives a diagnostic, not an exception. */
    public static Loaded load(Path directory) {
        ConfigState state = new ConfigState();
        ConfigFiles files = new ConfigFiles(directory, state);
        files.refresh(Set.of(), Set.of(), dir -> {});
        List<SourceUpdate> updates = state.settle();
        List<Diagnostic> diagnostics = new ArrayList<>();
        for (SourceUpdate update : updates) {
            if (update instanceof SourceUpdate.Reported found) {
                diagnostics.addAll(found.diagnostics());
            }
        }
        return new Loaded(MeshImage.empty().apply(updates).after(), diagnostics);
    }
}
