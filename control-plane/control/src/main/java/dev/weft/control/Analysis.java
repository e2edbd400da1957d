package dev.weft.control;

import dev.weft.adminapi.ConditionItem;
import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.ResourceKey;
import java.util.List;
import java.util.Map;

/** What the sources found. */
final class Analysis implements Findings {
    private final MeshLoop mesh;

    Analysis(MeshLoop mesh) {
        this.mesh = mesh;
    }

    @Override
    public List<Diagnostic> diagnostics() {
        return mesh.sourceDiagnostics();
    }

    @Override
    public Map<ResourceKey, List<ConditionItem>> conditions() {
        return Map.of();
    }
}
