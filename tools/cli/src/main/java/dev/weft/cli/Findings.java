package dev.weft.cli;

import dev.weft.analysis.Analysis;
import dev.weft.base.Diagnostic;
import dev.weft.sources.ConfigDirectory;
import java.util.List;
import java.util.stream.Stream;

/** The findings about a directory: those of reading it and those about its documents together. */
final class Findings {
    private Findings() {}

    static List<Diagnostic> of(ConfigDirectory.Loaded loaded) {
        return Stream.concat(loaded.diagnostics().stream(), Analysis.analyze(loaded.image()).stream())
                .distinct()
                .sorted(Diagnostic.ORDER)
                .toList();
    }
}
