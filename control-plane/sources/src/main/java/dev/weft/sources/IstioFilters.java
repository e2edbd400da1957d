package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.sources.IstioMatches.Path;
import dev.weft.sources.IstioValues.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a VirtualService's rule does to its requests → the filters of an HTTPRoute's rule. */
final class IstioFilters {
    private static final BigDecimal MILLIONTHS = BigDecimal.valueOf(10_000); // of a percent

    private final IstioSketch sketch;
    private final IstioDestinations destinations;

    IstioFilters(IstioSketch sketch, IstioDestinations destinations) {
        this.sketch = sketch;
        this.destinations = destinations;
    }

    /**
     * Those of a rule.
     *
     * @param rewrite the rule's field of that name
     * @param paths what the rule's matches say of the path; one that is any if it has none
     */
    List<Object> read(FieldReader rule, @Nullable FieldReader rewrite, List<Path> paths) {
        List<Object> filters = sketch.list(rule.path());
        IstioHeaders.add(sketch, rule, filters);
        FieldReader redirect = rule.object("redirect");
        if (redirect != null) {
            filters.add(filter(redirect, "RequestRedirect", IstioRedirects.read(sketch, redirect)));
        }
        if (rewrite != null) {
            filters.add(filter(rewrite, "URLRewrite", rewrite(rewrite, paths)));
        }
        mirrors(rule, filters);
        FieldReader cors = rule.object("corsPolicy");
        if (cors != null) {
            filters.add(sketch.map(cors.path(), "type", "CORS", "cors", IstioCors.read(sketch, cors)));
        }
        FieldReader direct = rule.object("directResponse");
        if (direct != null) {
            filters.add(directResponse(direct));
        }
        return filters;
    }

    private Map<String, Object> filter(FieldReader item, String type, Map<String, Object> config) {
        String field = Character.toLowerCase(type.charAt(0)) + type.substring(1);
        return sketch.map(item.path(), "type", type, type.equals("URLRewrite") ? "urlRewrite" : field, config);
    }

    private Map<String, Object> rewrite(FieldReader item, List<Path> paths) {
        item.refused("uriRegexRewrite", "a path is replaced, not edited by an expression", "");
        String uri = item.string("uri");
        Map<String, Object> path = uri == null ? null : path(item, uri, paths);
        return sketch.map(item.path(), "hostname", item.string("authority"), "path", path);
    }

    /** Istio replaces the characters that were matched; Gateway API elements, or all. */
    private @Nullable Map<String, Object> path(FieldReader item, String uri, List<Path> paths) {
        if (uri.contains("?")) {
            item.findings().error("unsupported-value", item.at("uri"), "holds a query", "");
        }
        if (paths.stream().noneMatch(path -> path.type() == Type.PREFIX)) {
            return sketch.map(item.at("uri"), "type", "ReplaceFullPath", "replaceFullPath", uri);
        }
        if (paths.stream().allMatch(Path::isAll) && uri.endsWith("/")) {
            return sketch.map(item.at("uri"), "type", "ReplacePrefixMatch", "replacePrefixMatch", uri);
        }
        item.findings()
                .error(
                        "unsupported-value",
                        item.at("uri"),
                        "Istio replaces a prefix by characters, an HTTPRoute by path elements",
                        "an HTTPRoute with PathPrefix and ReplacePrefixMatch, if elements are meant");
        return null;
    }

    private void mirrors(FieldReader rule, List<Object> filters) {
        FieldReader mirror = rule.object("mirror");
        Integer old = rule.integer("mirrorPercent", 0, 100);
        BigDecimal share = IstioValues.percent(rule.object("mirrorPercentage"));
        if (share == null && old != null) {
            share = BigDecimal.valueOf(old);
        }
        if (mirror != null) {
            mirror(mirror, share, filters);
        }
        for (FieldReader item : rule.objects("mirrors")) {
            FieldReader destination = item.requiredObject("destination");
            BigDecimal percentage = IstioValues.percent(item.object("percentage"));
            if (destination != null) {
                mirror(destination, percentage, filters);
            }
        }
    }

    private void mirror(FieldReader destination, @Nullable BigDecimal percent, List<Object> filters) {
        Map<String, Object> backend = destinations.backend(destination, Kind.HTTP_ROUTE);
        int share = percent == null
                ? 1_000_000
                : percent.multiply(MILLIONTHS).setScale(0, RoundingMode.DOWN).intValue();
        if (backend == null || share == 0) {
            return;
        }
        destination
                .findings()
                .info(
                        "mirror-host",
                        destination.path(),
                        "the copy's host is the request's; Istio adds '-shadow' to it",
                        "");
        Map<String, Object> config = sketch.map(destination.path(), "backendRef", backend);
        if (share < 1_000_000) {
            config.put("fraction", sketch.map(destination.path(), "numerator", share, "denominator", 1_000_000));
        }
        filters.add(sketch.map(destination.path(), "type", "RequestMirror", "requestMirror", config));
    }

    private Map<String, Object> directResponse(FieldReader item) {
        FieldReader body = item.object("body");
        if (body != null) {
            body.refused("bytes", "a body is text", "string");
        }
        String name = sketch.name() + ".answer-" + sketch.documents().size();
        Map<String, Object> spec = sketch.document(Kind.HTTP_ROUTE_FILTER, name, item.path());
        spec.put(
                "directResponse",
                sketch.map(
                        item.path(),
                        "statusCode",
                        item.requiredInteger("status", 200, 599),
                        "body",
                        body == null ? null : body.string("string")));
        return sketch.map(
                item.path(),
                "type",
                "ExtensionRef",
                "extensionRef",
                sketch.map(
                        item.path(),
                        "group",
                        Kind.HTTP_ROUTE_FILTER.group(),
                        "kind",
                        Kind.HTTP_ROUTE_FILTER.documentName(),
                        "name",
                        name));
    }
}
