package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.sources.IstioMatches.Path;
import dev.weft.sources.IstioSources.Callers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code http[]} of a VirtualService → the rules of one HTTPRoute, one for one, and policies for them. */
final class IstioHttp {
    private final IstioSketch sketch;
    private final IstioParents parents;
    private final IstioDestinations destinations;
    private final IstioMatches matches;
    private final IstioFilters filters;
    private final Set<String> names = new HashSet<>(); // of rules

    IstioHttp(IstioSketch sketch, IstioParents parents, IstioDestinations destinations) {
        this.sketch = sketch;
        this.parents = parents;
        this.destinations = destinations;
        this.matches = new IstioMatches(sketch);
        this.filters = new IstioFilters(sketch, destinations);
    }

    void read(FieldReader spec) {
        List<FieldReader> items = spec.objects("http");
        if (items.isEmpty()) {
            return;
        }
        Map<String, Object> route = sketch.document(Kind.HTTP_ROUTE, sketch.name(), "spec");
        List<Object> rules = sketch.list(spec.at("http"));
        for (int i = 0; i < items.size(); i++) {
            rules.add(rule(items.get(i), i));
        }
        route.put("parentRefs", parents.refs(matches.onlyPort(spec)));
        route.put("rules", rules);
    }

    private Map<String, Object> rule(FieldReader item, int number) {
        item.refused("delegate", "a VirtualService is not put together from others", "write the rules here");
        item.refused("retries", "routes have no retries yet", "");
        item.refused("websocketUpgrade", "WebSocket needs no permission", "remove the field");
        FieldReader fault = item.object("fault");
        Map<String, Object> rule = sketch.map(item.path());
        List<FieldReader> matchItems = item.objects("match");
        Callers callers = IstioSources.of(item, matchItems);
        String name = name(item, number, fault != null || !callers.equals(Callers.ANY));
        if (!name.isEmpty()) {
            rule.put("name", name);
        }
        List<Path> paths = new ArrayList<>();
        for (FieldReader match : matchItems) {
            paths.add(IstioMatches.path(match));
        }
        FieldReader rewrite = item.object("rewrite");
        boolean rewritesPath = rewrite != null && rewrite.has("uri");
        List<Object> matched = sketch.list(item.at("match"));
        for (int i = 0; i < matchItems.size(); i++) {
            matched.add(matches.match(matchItems.get(i), paths.get(i), rewritesPath));
        }
        if (matchItems.isEmpty()) {
            matches.everything();
            paths.add(Path.ALL);
            if (rewritesPath) {
                matched.add(
                        sketch.map(item.path(), "path", sketch.map(item.path(), "type", "PathPrefix", "value", "/")));
            }
        }
        put(rule, "matches", matched);
        put(rule, "filters", filters.read(item, rewrite, paths));
        List<Object> backends = destinations.backends(item, Kind.HTTP_ROUTE);
        put(rule, "backendRefs", backends);
        if (backends.isEmpty() && !item.has("redirect") && !item.has("directResponse") && !item.has("route")) {
            item.findings().error("missing-field", item.path(), "needs 'route' or 'redirect'", "");
        }
        String timeout = IstioValues.duration(item, "timeout");
        if (timeout != null) {
            rule.put("timeouts", sketch.map(item.at("timeout"), "request", timeout));
        }
        String policyName = sketch.name() + ".http-" + number;
        if (fault != null) {
            IstioFaults.read(sketch, fault, policyName, name);
        }
        IstioSources.write(sketch, callers, policyName, name, item.at("match"));
        return rule;
    }

    /** A policy names the rule it is for, so that must have a name of its own. */
    private String name(FieldReader item, int number, boolean needed) {
        String said = item.string("name");
        if (said != null && names.add(said)) {
            return said;
        }
        String made = (said == null ? "http" : said) + "-" + number;
        while (!names.add(made)) {
            made += "-" + number;
        }
        return said == null && !needed ? "" : made;
    }

    private static void put(Map<String, Object> rule, String field, List<Object> values) {
        if (!values.isEmpty()) {
            rule.put(field, values);
        }
    }
}
