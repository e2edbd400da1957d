package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.Condition;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks of HTTPRoutes: what they hang on, where they lead, and whether their rules can ever apply. */
final class RouteChecks {
    /** Why a backend gets no requests but 500 for its share. */
    private record BadRef(String code, String reason, String problem, String hint) {}

    private RouteChecks() {}

    static void check(MeshImage image, Findings findings) {
        Map<String, String> firstByMatch = new HashMap<>();
        for (HttpRoute route : image.routes()) {
            for (int i = 0; i < route.parentRefs().size(); i++) {
                checkParent(image, route, route.parentRefs().get(i), "spec.parentRefs[" + i + "]", findings);
            }
            for (int i = 0; i < route.rules().size(); i++) {
                String path = "spec.rules[" + i + "]";
                checkRule(image, route, route.rules().get(i), path, findings);
                checkShadowed(route, route.rules().get(i), path, firstByMatch, findings);
            }
        }
    }

    private static void checkParent(
            MeshImage image, HttpRoute route, ParentRef parent, String path, Findings findings) {
        BadRef bad = badParent(image, parent);
        if (bad != null) {
            findings.warning(bad.code, route.key(), path, bad.problem, bad.hint);
            return;
        }
        Service service = image.service(parent.service());
        if (service != null && service.ports().stream().noneMatch(port -> routed(parent, port))) {
            findings.warning(
                    "route-on-opaque-port",
                    route.key(),
                    path,
                    "the port it hangs on is not HTTP, so the route has no effect",
                    "declare appProtocol: http on the Service's port if it is");
        }
    }

    private static boolean routed(ParentRef parent, Service.Port port) {
        return (parent.port() == null || parent.port() == port.port())
                && port.protocol().mayBeHttp();
    }

    private static @Nullable BadRef badParent(MeshImage image, ParentRef parent) {
        Service service = image.service(parent.service());
        if (service == null) {
            return new BadRef(
                    "dangling-parent",
                    "NoMatchingParent",
                    "there is no " + parent.service(),
                    "the route has no effect until there is");
        }
        Integer port = parent.port();
        if (port != null && service.port(port) == null) {
            return new BadRef(
                    "dangling-parent",
                    "NoMatchingParent",
                    parent.service() + " has no port " + port,
                    "the route has no effect until it has");
        }
        return null;
    }

    private static @Nullable BadRef badBackend(MeshImage image, HttpRoute route, BackendRef backend) {
        if (!backend.service().namespace().equals(route.key().namespace())) {
            return new BadRef(
                    "backend-not-permitted",
                    "RefNotPermitted",
                    backend.service() + " is in another namespace",
                    "its share is answered with 500; put the route into the backend's namespace");
        }
        Service service = image.service(backend.service());
        if (service == null) {
            return new BadRef(
                    "dangling-backend",
                    "BackendNotFound",
                    "there is no " + backend.service(),
                    "its share is answered with 500");
        }
        Integer port = backend.port();
        if (port == null) {
            return new BadRef(
                    "dangling-backend",
                    "BackendNotFound",
                    "needs the port of " + backend.service(),
                    "its share is answered with 500");
        }
        return service.port(port) != null
                ? null
                : new BadRef(
                        "dangling-backend",
                        "BackendNotFound",
                        backend.service() + " has no port " + port,
                        "its share is answered with 500");
    }

    private static void checkRule(
            MeshImage image, HttpRoute route, RouteRule<Match> rule, String path, Findings findings) {
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            BadRef bad = badBackend(image, route, rule.backendRefs().get(i));
            String at = path + ".backendRefs[" + i + "]";
            if (bad != null) {
                findings.warning(bad.code, route.key(), at, bad.problem, bad.hint);
            }
            checkFilters(route, rule.backendRefs().get(i).filters(), RouteFilter::isSupportedForBackend, at, findings);
        }
        checkFilters(route, rule.filters(), RouteFilter::isSupported, path, findings);
        boolean redirects = rule.filters().stream().anyMatch(RouteFilter.Redirect.class::isInstance);
        if (rule.backendRefs().isEmpty() && !redirects) {
            findings.warning("no-backends", route.key(), path, "has no backend: its requests get 500", "");
        } else if (!redirects && rule.backendRefs().stream().allMatch(backend -> backend.weight() == 0)) {
            findings.warning(
                    "weights-all-zero",
                    route.key(),
                    path + ".backendRefs",
                    "all weights are zero: its requests get 500",
                    "give one backend a weight");
        }
    }

    private static void checkFilters(
            HttpRoute route,
            List<RouteFilter> filters,
            Predicate<RouteFilter> supported,
            String path,
            Findings findings) {
        for (int i = 0; i < filters.size(); i++) {
            if (!supported.test(filters.get(i))) {
                findings.warning(
                        "unsupported-filter",
                        route.key(),
                        path + ".filters[" + i + "]",
                        "the filter " + filters.get(i).type() + " is not supported here: its requests get 500",
                        "remove it");
            }
        }
    }

    /** Of two equal matches on one parent only the first in precedence (alphabetical route, place) ever applies. */
    private static void checkShadowed(
            HttpRoute route, RouteRule<Match> rule, String path, Map<String, String> firstByMatch, Findings findings) {
        List<Match> matches = rule.matches().isEmpty() ? List.of(Match.EVERYTHING) : rule.matches();
        for (int i = 0; i < matches.size(); i++) {
            String at = rule.matches().isEmpty() ? path : path + ".matches[" + i + "]";
            String here = route.key() + " " + at;
            for (ParentRef parent : route.parentRefs()) {
                // routes of callers' namespaces stand instead of the Service's own, so they do not compete with them
                String key = parent + " " + route.key().namespace() + " " + normal(matches.get(i));
                String first = firstByMatch.putIfAbsent(key, here);
                if (first != null) {
                    findings.warning(
                            "shadowed-match", route.key(), at, "never applies: " + first + " matches the same", "");
                    break;
                }
            }
        }
    }

    private static String normal(Match match) {
        String path = match.path().value();
        while (match.path().type() == PathMatch.Type.PREFIX && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return match.path().type() + " " + path + " " + match.method() + " " + match.headers() + " "
                + match.queryParams();
    }

    static Condition accepted(MeshImage image, HttpRoute route) {
        for (ParentRef parent : route.parentRefs()) {
            BadRef bad = badParent(image, parent);
            if (bad != null) {
                return new Condition("Accepted", false, bad.reason, bad.problem);
            }
        }
        for (RouteRule<Match> rule : route.rules()) {
            for (RouteFilter filter : rule.filters()) {
                if (!filter.isSupported()) {
                    return new Condition("Accepted", false, "UnsupportedValue", filter.type() + " is not supported");
                }
            }
        }
        return new Condition("Accepted", true, "Accepted", "the route is in use");
    }

    static Condition resolved(MeshImage image, HttpRoute route) {
        for (RouteRule<Match> rule : route.rules()) {
            for (BackendRef backend : rule.backendRefs()) {
                BadRef bad = badBackend(image, route, backend);
                if (bad != null) {
                    return new Condition("ResolvedRefs", false, bad.reason, bad.problem);
                }
            }
        }
        return new Condition("ResolvedRefs", true, "ResolvedRefs", "all references lead somewhere");
    }
}
