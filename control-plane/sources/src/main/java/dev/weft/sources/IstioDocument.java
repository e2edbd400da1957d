package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.Provenance.Place;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One document of Istio's → documents of ours, each as plain YAML and as what our own reader makes of that, so that what is
 * printed is what is served. All or nothing: findings are about fields of Istio's document. Pure.
 *
 * @param documents empty if there are errors
 */
record IstioDocument(ParsedDocument parsed, List<Map<String, Object>> documents) {
    static IstioDocument read(IstioKind kind, FieldReader document, @Nullable FieldReader metadata, Findings findings) {
        ResourceKey key = metadata == null ? null : DocumentReader.key(Kind.HTTP_ROUTE, metadata);
        if (metadata != null) {
            metadata.ignored("labels");
        }
        FieldReader spec = document.requiredObject("spec");
        document.ignored("status");
        IstioSketch sketch =
                key == null ? new IstioSketch("default", "unnamed") : new IstioSketch(key.namespace(), key.name());
        if (spec != null) {
            switch (kind) {
                case VIRTUAL_SERVICE -> VirtualServiceReader.read(sketch, spec);
                case DESTINATION_RULE -> DestinationRuleReader.read(sketch, spec);
                case SERVICE_ENTRY -> ServiceEntryReader.read(sketch, spec);
            }
        }
        findings.finish();
        List<ParsedDocument.Part> parts = new ArrayList<>();
        if (key != null && !findings.hasErrors()) {
            sketch.documents().forEach(made -> parts.addAll(readBack(made, sketch.origins(made), findings)));
        }
        if (key == null || findings.hasErrors()) {
            return new IstioDocument(new ParsedDocument(List.of(), true, findings.diagnostics()), List.of());
        }
        return new IstioDocument(new ParsedDocument(parts, false, findings.diagnostics()), sketch.documents());
    }

    private static List<ParsedDocument.Part> readBack(
            Map<String, Object> made, Map<String, String> origins, Findings findings) {
        ParsedDocument parsed = DocumentReader.read(Yaml.write(made));
        if (parsed.resource() instanceof HttpRoute route && RuleOrder.violation(route) != null) {
            EvenPaths.apply(made);
            parsed = DocumentReader.read(Yaml.write(made));
        }
        for (Diagnostic found : parsed.diagnostics()) {
            String origin = origin(found.path(), origins);
            switch (found.severity()) {
                case ERROR -> findings.error(found.code(), origin, found.problem(), found.hint());
                case WARNING -> findings.warning(found.code(), origin, found.problem(), found.hint());
                case INFO -> findings.info(found.code(), origin, found.problem(), found.hint());
            }
        }
        List<ParsedDocument.Part> parts = new ArrayList<>();
        for (ParsedDocument.Part part : parsed.parts()) {
            Map<String, Place> places = new HashMap<>();
            part.places().keySet().forEach(path -> places.put(path, findings.nearest(origin(path, origins))));
            parts.add(new ParsedDocument.Part(part.key(), part.resource(), places));
            if (part.resource() instanceof HttpRoute route) {
                RuleOrder.check(route, findings);
            }
        }
        return parts;
    }

    private static String origin(String path, Map<String, String> origins) {
        String at = path;
        while (!origins.containsKey(at)) {
            at = Findings.around(at);
        }
        return Objects.requireNonNull(origins.get(at));
    }
}
