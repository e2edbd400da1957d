package dev.weft.sources;

import dev.weft.sources.IstioValues.Text;
import dev.weft.sources.IstioValues.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code corsPolicy} of a VirtualService's rule → the filter {@code cors}. */
final class IstioCors {
    private IstioCors() {}

    static Map<String, Object> read(IstioSketch sketch, FieldReader item) {
        String unmatched = item.string("unmatchedPreflights");
        if (!"IGNORE".equals(unmatched)) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.at("unmatchedPreflights"),
                            "a preflight of an origin that does not match is answered, not forwarded",
                            "unmatchedPreflights: IGNORE says so");
        }
        Map<String, Object> cors = sketch.map(item.path());
        List<Object> origins = sketch.list(item.at("allowOrigins"));
        for (FieldReader origin : item.objects("allowOrigins")) {
            Text text = IstioValues.text(origin);
            if (text.type() == Type.REGEX
                    || text.value().contains("*") && text.value().length() > 1) {
                origin.findings()
                        .error(
                                "unsupported-value",
                                origin.path(),
                                "an origin is compared exactly or by its beginning",
                                "exact, or prefix");
            }
            origins.add(text.isExact() ? text.value() : text.value() + "*");
        }
        origins.addAll(item.strings("allowOrigin")); // the older field: exact
        Boolean credentials = item.bool("allowCredentials");
        List<String> methods = item.strings("allowMethods");
        if (credentials != null && credentials && methods.contains("*")) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.at("allowMethods"),
                            "with credentials a browser takes '*' for a name; here it would mean all",
                            "name the methods");
        }
        put(cors, "allowOrigins", origins);
        cors.put("allowCredentials", credentials != null && credentials);
        put(cors, "allowMethods", methods);
        put(cors, "allowHeaders", item.strings("allowHeaders"));
        put(cors, "exposeHeaders", item.strings("exposeHeaders"));
        Duration maxAge = IstioValues.span(item, "maxAge");
        if (maxAge == null && !item.has("maxAge")) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.path(),
                            "without a maxAge Istio says nothing of it, and an HTTPRoute 5 s",
                            "maxAge: 5s is what browsers do by themselves");
        }
        if (maxAge != null) {
            cors.put("maxAge", maxAge.toSeconds());
        }
        return cors;
    }

    private static void put(Map<String, Object> cors, String field, List<?> values) {
        if (!values.isEmpty()) {
            cors.put(field, values);
        }
    }
}
