package dev.weft.control;

import dev.weft.adminapi.ConditionItem;
import dev.weft.analysis.Analysis;
import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Condition;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the sources complain about, and what analysis finds in the image in force: worked out when somebody asks, once per
 * image, so that a change on its way to the proxies does not wait for it.
 */
final class MeshFindings implements Findings {
    private final MeshLoop mesh;
    private @Nullable Analyzed last; // guarded by this

    private record Analyzed(
            MeshImage image, List<Diagnostic> found, Map<ResourceKey, List<ConditionItem>> conditions) {}

    MeshFindings(MeshLoop mesh) {
        this.mesh = mesh;
    }

    @Override
    public List<Diagnostic> diagnostics() {
        List<Diagnostic> all = new ArrayList<>(mesh.sourceDiagnostics());
        all.addAll(analyzed().found());
        all.sort(Diagnostic.ORDER);
        return all;
    }

    @Override
    public Map<ResourceKey, List<ConditionItem>> conditions() {
        return analyzed().conditions();
    }

    private synchronized Analyzed analyzed() {
        MeshImage image = mesh.image();
        Analyzed known = last;
        if (known == null || known.image() != image) {
            Map<ResourceKey, List<ConditionItem>> conditions = new HashMap<>();
            Analysis.conditions(image)
                    .forEach((key, list) -> conditions.put(
                            key, list.stream().map(MeshFindings::item).toList()));
            known = new Analyzed(image, Analysis.analyze(image), conditions);
            last = known;
        }
        return known;
    }

    private static ConditionItem item(Condition condition) {
        return new ConditionItem(
                condition.parent(),
                condition.type(),
                condition.status() ? "True" : "False",
                condition.reason(),
                condition.message());
    }
}
