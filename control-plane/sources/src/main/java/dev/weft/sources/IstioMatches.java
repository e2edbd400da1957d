package dev.weft.sources;

import dev.weft.sources.IstioValues.Text;
import dev.weft.sources.IstioValues.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code http[].match[]} → matches of an HTTPRoute, one for one. */
final class IstioMatches {
    /** What Istio passes over with a warning among headers. */
    private static final Set<String> NO_HEADERS = Set.of("uri", "scheme", "method", "authority");

    private final IstioSketch sketch;

    /** The ports that matches of the document name; 0 for those that name none. */
    private final Set<Integer> ports = new HashSet<>();

    IstioMatches(IstioSketch sketch) {
        this.sketch = sketch;
    }

    /** What a match says of the path. */
    record Path(Type type, String value) {
        static final Path ALL = new Path(Type.PREFIX, "/");

        boolean isAll() {
            return equals(ALL);
        }
    }

    /** Notes that a rule has no match. */
    void everything() {
        ports.add(0);
    }

    /** The one port that all matches name, or null if none does; anything between is refused. */
    @Nullable
    Integer onlyPort(FieldReader spec) {
        if (ports.size() > 1) {
            spec.findings()
                    .error(
                            "unsupported-field",
                            spec.at("http"),
                            "some matches name a port and others another or none",
                            "one VirtualService for each port");
        }
        Integer port = ports.size() == 1 ? ports.iterator().next() : null;
        return port == null || port == 0 ? null : port;
    }

    static Path path(FieldReader match) {
        FieldReader uri = match.object("uri");
        if (uri == null) {
            return Path.ALL;
        }
        Text text = IstioValues.text(uri);
        return text.type() == Type.PRESENT ? Path.ALL : new Path(text.type(), text.value());
    }

    /**
     * One match.
     *
     * @param saysAll whether a path that is any has to be said
     */
    Map<String, Object> match(FieldReader item, Path path, boolean saysAll) {
        item.ignored("name"); // for the access log
        item.refused("scheme", "there are no matches by scheme", "in a mesh it is http");
        item.refused("authority", "there are no matches by host", "a VirtualService of its own for each host");
        item.refused("withoutHeaders", "there are no matches by absence", "put a rule with the header before it");
        item.refused("statPrefix", "routes have no counters of their own", "");
        IstioValues.checkGateways(item, item.strings("gateways"));
        Integer port = item.integer("port", 1, 65_535);
        ports.add(port == null ? 0 : port);
        Boolean ignoreCase = item.bool("ignoreUriCase");
        Map<String, Object> match = sketch.map(item.path());
        if (!path.isAll() || saysAll) {
            match.put("path", path(item, path, ignoreCase != null && ignoreCase));
        }
        put(match, "headers", values(item, "headers", true));
        put(match, "queryParams", values(item, "queryParams", false));
        FieldReader method = item.object("method");
        if (method != null) {
            Text text = IstioValues.text(method);
            if (!text.isExact()) {
                method.findings()
                        .error(
                                "unsupported-value",
                                method.path(),
                                "a method is compared exactly",
                                "one match for each");
            }
            match.put("method", text.value());
        }
        return match;
    }

    /** A prefix of Istio's ends anywhere, one of Gateway API's between elements: only that of everything is the same. */
    private Map<String, Object> path(FieldReader item, Path path, boolean ignoreCase) {
        String origin = item.at("uri");
        if (path.isAll()) {
            return sketch.map(origin, "type", "PathPrefix", "value", "/");
        }
        if (path.type() == Type.EXACT && !ignoreCase) {
            return sketch.map(origin, "type", "Exact", "value", path.value());
        }
        boolean folds = ignoreCase && path.type() != Type.REGEX; // Istio: of exact and prefix
        String regex = new Text(path.type(), path.value()).regex();
        return sketch.map(origin, "type", "RegularExpression", "value", folds ? "(?i)" + regex : regex);
    }

    private List<Object> values(FieldReader item, String field, boolean headers) {
        List<Object> values = sketch.list(item.at(field));
        FieldReader reader = item.object(field);
        if (reader == null) {
            return values;
        }
        for (String name : reader.names()) {
            FieldReader compared = reader.object(name);
            if (compared == null) {
                if (!reader.has(name)) {
                    reader.findings().error("wrong-type", reader.at(name), "must be a mapping (got nothing)", "{}");
                }
                continue;
            }
            Text text = IstioValues.text(compared);
            if (headers && (NO_HEADERS.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("@"))) {
                reader.findings()
                        .error("unsupported-value", reader.at(name), "is not matched as a header", "the field " + name);
            }
            values.add(sketch.map(
                    reader.at(name),
                    "type",
                    text.isExact() ? "Exact" : "RegularExpression",
                    "name",
                    name,
                    "value",
                    text.isExact() ? text.value() : text.regex()));
        }
        return values;
    }

    private static void put(Map<String, Object> match, String field, List<Object> values) {
        if (!values.isEmpty()) {
            match.put(field, values);
        }
    }
}
