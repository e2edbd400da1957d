package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Workload;
import java.util.List;

/** Checks of subsets: what they are of, and whether anything is in them. */
final class SubsetChecks {
    private SubsetChecks() {}

    static void check(MeshImage image, Findings findings) {
        for (MeshResource resource : image.resources()) {
            if (resource instanceof Subset subset) {
                check(image, subset, findings);
            }
        }
    }

    private static void check(MeshImage image, Subset subset, Findings findings) {
        if (image.service(subset.service()) == null) {
            findings.warning(
                    "dangling-target",
                    subset.key(),
                    "spec.service",
                    "there is no " + subset.service(),
                    "it stands for nothing until there is");
            return;
        }
        List<Workload> workloads = image.workloads(subset.service());
        if (!workloads.isEmpty() && workloads.stream().noneMatch(subset::includes)) {
            findings.warning(
                    "empty-subset",
                    subset.key(),
                    "spec.labels",
                    "no workload of " + subset.service() + " carries its labels",
                    "what is sent there gets 503 until one does");
        }
    }
}
