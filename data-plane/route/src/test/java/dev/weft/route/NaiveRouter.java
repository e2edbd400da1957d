package dev.weft.route;

import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.QueryParameterMatcher;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's route matching written down as plainly as its documentation says it, over Strings: the oracle. No index, no
 * shared code with the matcher.
 */
final class NaiveRouter {
    record Request(String method, String authority, String target, List<Map.Entry<String, String>> fields) {}

    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private NaiveRouter() {}

    static @Nullable Route match(RouteConfiguration config, Request request) {
        VirtualHost found = host(config, request);
        if (found == null) {
            return null;
        }
        String path = path(config, request);
        for (Route route : found.routes()) {
            if (matches(route.match(), request, path)) {
                return route;
            }
        }
        return null;
    }

    static @Nullable VirtualHost host(RouteConfiguration config, Request request) {
        String host = request.authority().toLowerCase(Locale.ROOT);
        if (config.ignorePortInHostMatching()) {
            int colon = host.lastIndexOf(':');
            if (colon >= 0 && colon > host.lastIndexOf(']')) {
                host = host.substring(0, colon);
            }
        }
        return host(config, host);
    }

    private static @Nullable VirtualHost host(RouteConfiguration config, String host) {
        VirtualHost best = null;
        int bestRank = -1;
        for (VirtualHost candidate : config.virtualHosts()) {
            for (String domain : candidate.domains()) {
                int rank = rank(domain.toLowerCase(Locale.ROOT), host);
                if (rank > bestRank) {
                    best = candidate;
                    bestRank = rank;
                }
            }
        }
        return best;
    }

    private static int rank(String domain, String host) {
        if (domain.equals("*")) {
            return 0;
        }
        if (domain.startsWith("*")) {
            String end = domain.substring(1);
            return host.endsWith(end) && host.length() > end.length() ? 10_000 + end.length() : -1;
        }
        if (domain.endsWith("*")) {
            String start = domain.substring(0, domain.length() - 1);
            return host.startsWith(start) && host.length() > start.length() ? 100 + start.length() : -1;
        }
        return domain.equals(host) ? 1_000_000 : -1;
    }

    private static boolean matches(RouteMatch match, Request request, String path) {
        if (!takesPath(match, request, path)) {
            return false;
        }
        if (match.runtimeFraction() != null && match.runtimeFraction().numerator() == 0) {
            return false; // the tests ask for all or none
        }
        if (match.grpc() && !isGrpc(request)) {
            return false;
        }
        for (HeaderMatcher header : match.headers()) {
            if (!header(header, request)) {
                return false;
            }
        }
        for (QueryParameterMatcher parameter : match.queryParameters()) {
            if (!parameter(parameter, request)) {
                return false;
            }
        }
        return true;
    }

    /** What routes see of a request's path. */
    static String path(RouteConfiguration config, Request request) {
        int query = request.target().indexOf('?');
        String path = query < 0 ? request.target() : request.target().substring(0, query);
        int parameters = config.ignorePathParametersInPathMatching() ? path.indexOf(';') : -1;
        return parameters < 0 ? path : path.substring(0, parameters);
    }

    /** Whether a route's path condition alone holds. */
    static boolean takesPath(RouteMatch match, Request request, String path) {
        boolean connect = request.method().equals("CONNECT");
        if (connect != match.path() instanceof PathMatch.Connect) {
            return false;
        }
        return connect || path(match.path(), match.caseSensitive(), path);
    }

    private static boolean isGrpc(Request request) {
        List<String> types = lines("content-type", request);
        return !types.isEmpty()
                && (types.getFirst().equals("application/grpc")
                        || types.getFirst().startsWith("application/grpc+"));
    }

    private static boolean path(PathMatch condition, boolean caseSensitive, String path) {
        String folded = caseSensitive ? path : path.toLowerCase(Locale.ROOT);
        return switch (condition) {
            case PathMatch.Exact exact -> folded.equals(fold(exact.path(), caseSensitive));
            case PathMatch.Prefix prefix -> folded.startsWith(fold(prefix.prefix(), caseSensitive));
            case PathMatch.PathSeparatedPrefix prefix ->
                folded.equals(fold(prefix.prefix(), caseSensitive))
                        || folded.startsWith(fold(prefix.prefix(), caseSensitive) + "/");
            case PathMatch.Regex regex -> regex(regex.regex(), path);
            case PathMatch.Connect connect -> false;
        };
    }

    private static boolean regex(String regex, String text) {
        return PATTERNS.computeIfAbsent(regex, Pattern::compile).matcher(text).matches();
    }

    private static String fold(String text, boolean caseSensitive) {
        return caseSensitive ? text : text.toLowerCase(Locale.ROOT);
    }

    private static boolean header(HeaderMatcher matcher, Request request) {
        List<String> values = switch (matcher.name()) {
            case ":method" -> List.of(request.method());
            case ":authority" -> List.of(request.authority());
            case ":path" -> List.of(request.target());
            case ":scheme" -> {
                List<String> forwarded = lines("x-forwarded-proto", request);
                yield List.of(forwarded.isEmpty() ? "http" : forwarded.getFirst());
            }
            default -> lines(matcher.name(), request);
        };
        if (matcher.check() instanceof HeaderMatcher.Check.Present present) {
            return (!values.isEmpty() == present.present()) != matcher.invertMatch();
        }
        if (values.isEmpty()) {
            if (!matcher.treatMissingHeaderAsEmpty()) {
                return false;
            }
            values = List.of("");
        }
        boolean any = false;
        for (String value : values) {
            any |= value(matcher.check(), value);
        }
        return any != matcher.invertMatch();
    }

    private static List<String> lines(String name, Request request) {
        List<String> values = new ArrayList<>();
        for (Map.Entry<String, String> field : request.fields()) {
            if (field.getKey().equalsIgnoreCase(name)) {
                values.add(field.getValue());
            }
        }
        return values;
    }

    private static boolean value(HeaderMatcher.Check condition, String value) {
        return switch (condition) {
            case HeaderMatcher.Check.Value check -> text(check.matcher(), value);
            case HeaderMatcher.Check.Range range ->
                regex("-?[0-9]{1,18}", value)
                        && Long.parseLong(value) >= range.start()
                        && Long.parseLong(value) < range.end();
            case HeaderMatcher.Check.Present present -> throw new IllegalStateException();
        };
    }

    private static boolean parameter(QueryParameterMatcher matcher, Request request) {
        String[] parts = request.target().split("\\?", 2);
        if (parts.length < 2) {
            return false;
        }
        for (String parameter : parts[1].split("&")) {
            String[] pair = parameter.split("=", 2);
            if (pair[0].equals(matcher.name())) {
                return matcher.matcher() == null || text(matcher.matcher(), pair.length < 2 ? "" : pair[1]);
            }
        }
        return false;
    }

    static boolean text(StringMatcher matcher, String value) {
        return switch (matcher) {
            case StringMatcher.Exact m -> fold(value, !m.ignoreCase()).equals(fold(m.value(), !m.ignoreCase()));
            case StringMatcher.Prefix m -> fold(value, !m.ignoreCase()).startsWith(fold(m.value(), !m.ignoreCase()));
            case StringMatcher.Suffix m -> fold(value, !m.ignoreCase()).endsWith(fold(m.value(), !m.ignoreCase()));
            case StringMatcher.Contains m -> fold(value, !m.ignoreCase()).contains(fold(m.value(), !m.ignoreCase()));
            case StringMatcher.Regex m -> regex(m.regex(), value);
        };
    }
}
