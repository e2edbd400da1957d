package dev.weft.sources;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** {@code headers} of a rule or destination → header modifiers. */
final class IstioHeaders {
    private IstioHeaders() {}

    static void add(IstioSketch sketch, FieldReader owner, List<Object> filters) {
        FieldReader headers = owner.object("headers");
        if (headers == null) {
            return;
        }
        add(sketch, headers, "request", "RequestHeaderModifier", "requestHeaderModifier", filters);
        add(sketch, headers, "response", "ResponseHeaderModifier", "responseHeaderModifier", filters);
    }

    /** Whether two levels say something about one header: then their order matters. */
    static boolean bothEdit(FieldReader one, FieldReader other) {
        Set<String> edited = edited(one);
        edited.retainAll(edited(other));
        return !edited.isEmpty();
    }

    private static Set<String> edited(FieldReader owner) {
        Set<String> edited = new HashSet<>();
        FieldReader headers = owner.object("headers");
        for (String way : List.of("request", "response")) {
            FieldReader item = headers == null ? null : headers.object(way);
            if (item != null) {
                Stream.of(item.stringMap("set").keySet(), item.stringMap("add").keySet(), item.strings("remove"))
                        .flatMap(Collection::stream)
                        .forEach(name -> edited.add(way + " " + name.toLowerCase(Locale.ROOT)));
            }
        }
        return edited;
    }

    private static void add(
            IstioSketch sketch, FieldReader headers, String way, String type, String field, List<Object> filters) {
        FieldReader item = headers.object(way);
        if (item == null) {
            return;
        }
        Map<String, Object> edit = sketch.map(item.path());
        for (String action : List.of("set", "add")) {
            List<Object> values = sketch.list(item.at(action));
            item.stringMap(action).forEach((name, value) -> {
                String path = FieldReader.at(item.at(action), name);
                check(item, path, name, value);
                values.add(sketch.map(path, "name", name, "value", value));
            });
            if (!values.isEmpty()) {
                edit.put(action, values);
            }
        }
        List<String> remove = item.strings("remove");
        if (!remove.isEmpty()) {
            edit.put("remove", remove);
        }
        if (!edit.isEmpty()) {
            filters.add(sketch.map(item.path(), "type", type, field, edit));
        }
    }

    private static void check(FieldReader item, String path, String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("host") || lower.equals(":authority")) {
            item.findings()
                    .error("unsupported-value", path, "changes the host, not a header", "rewrite.authority does so");
        }
        if (value.contains("%")) {
            item.findings()
                    .error(
                            "unsupported-value",
                            path,
                            "Istio reads '%' as a command of Envoy's; a header modifier's value stands for itself",
                            "");
        }
    }
}
