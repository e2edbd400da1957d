package dev.weft.sources;

import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteFilter.PathModifier;
import dev.weft.meshmodel.RouteFilter.Redirect;
import dev.weft.meshmodel.RouteFilter.UrlRewrite;
import dev.weft.meshmodel.RouteRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code gateway.networking.k8s.io/v1 HTTPRoute} whose parents are Services (GAMMA). */
final class HttpRouteReader {
    private static final Map<String, PathMatch.Type> PATH_TYPES = Map.of(
            "Exact", PathMatch.Type.EXACT,
            "PathPrefix", PathMatch.Type.PREFIX,
            "RegularExpression", PathMatch.Type.REGEX);
    private static final Map<String, String> METHODS = new TreeMap<>();

    static {
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")) {
            METHODS.put(method, method);
        }
    }

    private static final RouteFilterReader FILTERS = RouteFilterReader.HTTP;

    private HttpRouteReader() {}

    static HttpRoute read(ResourceKey key, FieldReader spec) {
        List<RouteRule<Match>> rules = new ArrayList<>();
        for (FieldReader item : spec.objects("rules")) {
            rules.add(rule(key, rules.size(), item));
        }
        if (!spec.has("rules")) { // Gateway API's default: one rule that matches everything and has no backend
            rules.add(new RouteRule<>("", List.of(), List.of(), List.of(), null, null, null));
        }
        RouteParts.checkNames(spec, rules);
        return new HttpRoute(key, RouteParts.parents(key, spec), RouteParts.hostnames(spec), rules);
    }

    private static RouteRule<Match> rule(ResourceKey key, int index, FieldReader item) {
        List<Match> matches = new ArrayList<>();
        for (FieldReader match : item.objects("matches")) {
            matches.add(match(match));
        }
        List<BackendRef> backends = RouteParts.backends(key, item, FILTERS);
        FieldReader timeouts = item.object("timeouts");
        Duration request = timeouts == null ? null : timeouts.duration("request");
        Duration attempt = timeouts == null ? null : timeouts.duration("backendRequest");
        if (timeouts != null
                && request != null
                && attempt != null
                && !request.isZero()
                && attempt.compareTo(request) > 0) {
            timeouts.findings()
                    .error(
                            "out-of-range",
                            timeouts.at("backendRequest"),
                            "must not be longer than the whole request's time-out",
                            "");
        }
        item.unused("retry");
        List<RouteFilter> filters = FILTERS.read(key, item);
        checkFilters(item, filters, matches, backends);
        return new RouteRule<>(
                Objects.requireNonNullElse(item.string("name"), ""),
                matches,
                filters,
                backends,
                request,
                attempt,
                SessionReader.read(key, RouteParts.ruleName(item, index), item.object("sessionPersistence")));
    }

    /** What Gateway API demands of a rule that changes the URL. */
    private static void checkFilters(
            FieldReader item, List<RouteFilter> filters, List<Match> matches, List<BackendRef> backends) {
        for (RouteFilter filter : filters) {
            if (!backends.isEmpty() && filter.isAnswer()) {
                item.findings()
                        .error(
                                "bad-value",
                                item.at("backendRefs"),
                                "the filter " + filter.type() + " answers without a backend",
                                "remove the backends or the filter");
            }
        }
        boolean onePrefix = matches.size() == 1 && matches.getFirst().path().type() == PathMatch.Type.PREFIX;
        Stream<RouteFilter> all =
                Stream.concat(filters.stream(), backends.stream().flatMap(backend -> backend.filters().stream()));
        if (!onePrefix && all.anyMatch(HttpRouteReader::replacesPrefix)) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("filters"),
                            "replacePrefixMatch needs exactly one match, of a PathPrefix",
                            "make a rule of each match");
        }
    }

    private static boolean replacesPrefix(RouteFilter filter) {
        PathModifier path = filter instanceof Redirect redirect
                ? redirect.path()
                : filter instanceof UrlRewrite rewrite ? rewrite.path() : null;
        return path != null && path.type() == PathModifier.Type.PREFIX_MATCH;
    }

    private static Match match(FieldReader item) {
        PathMatch path = PathMatch.ALL;
        FieldReader pathItem = item.object("path");
        if (pathItem != null) {
            PathMatch.Type type =
                    Objects.requireNonNullElse(pathItem.choice("type", PATH_TYPES), PathMatch.Type.PREFIX);
            String value = Objects.requireNonNullElse(pathItem.string("value"), "/");
            checkPath(pathItem, type, value);
            path = new PathMatch(type, value);
        }
        return new Match(
                path,
                RouteParts.values(item, "headers", true),
                RouteParts.values(item, "queryParams", false),
                item.choice("method", METHODS));
    }

    private static void checkPath(FieldReader item, PathMatch.Type type, String value) {
        if (type == PathMatch.Type.REGEX) {
            Re2.check(item, "value", value);
            return;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        boolean normal = !lower.contains("//")
                && !lower.contains("/./")
                && !lower.contains("/../")
                && !lower.contains("%2f")
                && !lower.contains("#")
                && !lower.endsWith("/..")
                && !lower.endsWith("/.");
        if (!value.startsWith("/") || !normal) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("value"),
                            "is not an absolute, normalised path: '" + value + "'",
                            "begin with '/', without '//', '/./', '/../', '%2f' or '#'");
        }
    }
}
