package dev.weft.sources;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says every path of an HTTPRoute's matches as a regular expression, which changes what they match by nothing and puts them in
 * one rank: then the order of rules decides between them. A last rule without matches is last as it is.
 */
final class EvenPaths {
    private static final String ANY = "/.*";

    private EvenPaths() {}

    /** @param document an HTTPRoute as plain YAML, which is changed */
    static void apply(Map<String, Object> document) {
        Map<String, Object> spec = members(document.get("spec"));
        if (!(spec.get("rules") instanceof List<?> rules)) {
            return;
        }
        for (Object item : rules) {
            Map<String, Object> rule = members(item);
            if (!String.valueOf(rule.get("filters")).contains("replacePrefixMatch")
                    && rule.get("matches") instanceof List<?> matches) {
                matches.forEach(match -> even(members(match)));
            }
        }
    }

    private static void even(Map<String, Object> match) {
        Map<String, Object> before = members(match.get("path"));
        String value = String.valueOf(before.get("value"));
        String regex = switch (String.valueOf(before.get("type"))) {
            case "RegularExpression" -> value;
            case "Exact" -> IstioValues.quoted(value);
            default -> ANY; // nothing but "/" becomes a prefix
        };
        Map<String, Object> path = new LinkedHashMap<>();
        path.put("type", "RegularExpression");
        path.put("value", regex);
        match.put("path", path);
    }

    @SuppressWarnings("unchecked") // names of YAML's mappings are strings here
    private static Map<String, Object> members(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
    }
}
