package dev.weft.analysis;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Condition;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is questionable about a mesh whose documents are all valid by themselves: references to nothing, rules that never
 * apply, policies that contradict each other. Pure. Nothing found here keeps a document from being used, so nothing is an
 * error; codes are stable and listed in docs/configuration.md.
 */
public final class Analysis {
    private Analysis() {}

    /** Everything found, in the order of {@link Diagnostic#ORDER}. */
    public static List<Diagnostic> analyze(MeshImage image) {
        Findings findings = new Findings(image);
        ServiceChecks.check(image, findings);
        WorkloadChecks.check(image, findings);
        RouteChecks.check(image, findings);
        ReachChecks.check(image, findings);
        ShadowChecks.check(image, findings);
        PolicyChecks.check(image, findings);
        FaultChecks.check(image, findings);
        SubsetChecks.check(image, findings);
        return findings.sorted();
    }

    /** What became of the resources that refer to others, in Gateway API's words. */
    public static Map<ResourceKey, List<Condition>> conditions(MeshImage image) {
        Map<ResourceKey, List<Condition>> conditions = new TreeMap<>();
        for (MeshRoute route : image.routes()) {
            conditions.put(route.key(), RouteConditions.of(image, route));
        }
        return conditions;
    }

    /** Collects findings about resources of one image. */
    static final class Findings {
        private final MeshImage image;
        private final List<Diagnostic> found = new ArrayList<>();

        Findings(MeshImage image) {
            this.image = image;
        }

        void warning(String code, ResourceKey key, String path, String problem, String hint) {
            add(Diagnostic.warning(code, path, key + ": " + problem, hint), key, path);
        }

        void info(String code, ResourceKey key, String path, String problem, String hint) {
            add(new Diagnostic(Diagnostic.Severity.INFO, code, path, key + ": " + problem, hint, null), key, path);
        }

        private void add(Diagnostic diagnostic, ResourceKey key, String path) {
            var provenance = image.provenance(key);
            var place = provenance == null ? null : provenance.place(path);
            found.add(place == null ? diagnostic : diagnostic.at(place));
        }

        List<Diagnostic> sorted() {
            found.sort(Diagnostic.ORDER);
            return Collections.unmodifiableList(found);
        }
    }
}
