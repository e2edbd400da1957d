package dev.weft.sources;

import dev.weft.meshmodel.RouteFilter.Cors;
import java.util.List;
import java.util.regex.Pattern;

/** The filter {@code cors}. */
final class CorsReader {
    private static final int DEFAULT_MAX_AGE_SECONDS = 5; // Gateway API, HTTPCORSFilter.maxAge

    // Gateway API, CORSOrigin
    private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[A-Za-z0-9*._\\[\\]:-]+");

    private CorsReader() {}

    static Cors read(FieldReader item) {
        Boolean credentials = item.bool("allowCredentials");
        Integer maxAge = item.integer("maxAge", 1, Integer.MAX_VALUE);
        List<String> origins = item.strings("allowOrigins");
        for (int i = 0; i < origins.size(); i++) {
            if (!ORIGIN.matcher(origins.get(i)).matches()) {
                item.findings()
                        .error(
                                "bad-value",
                                item.at("allowOrigins") + "[" + i + "]",
                                "is not an origin: '" + origins.get(i) + "'",
                                "https://HOST[:PORT], in which * stands for anything, or * alone");
            }
        }
        List<String> methods = item.strings("allowMethods");
        alone(item, "allowOrigins", origins);
        alone(item, "allowMethods", methods);
        return new Cors(
                origins,
                credentials != null && credentials,
                names(item, "allowMethods", methods),
                names(item, "allowHeaders", item.strings("allowHeaders")),
                names(item, "exposeHeaders", item.strings("exposeHeaders")),
                maxAge == null ? DEFAULT_MAX_AGE_SECONDS : maxAge);
    }

    private static void alone(FieldReader item, String field, List<String> values) {
        if (values.size() > 1 && values.contains("*")) {
            item.findings().error("bad-value", item.at(field), "cannot contain '*' beside others", "keep '*' alone");
        }
    }

    /** Methods and header names are both tokens. */
    private static List<String> names(FieldReader item, String field, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            HttpFields.checkName(item.findings(), item.at(field) + "[" + i + "]", names.get(i));
        }
        return names;
    }
}
