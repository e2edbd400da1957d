package dev.weft.cli;

import dev.weft.base.Diagnostic;
import dev.weft.sources.ConfigDirectory;
import java.util.List;

/** The findings about a directory, the ones of reading it and the ones of its documents together. */
final class Analysis {
    private Analysis() {}

    static List<Diagnostic> of(ConfigDirectory.Loaded loaded) {
        return loaded.diagnostics().stream().sorted(Diagnostic.ORDER).toList();
    }
}
