package dev.weft.translate;

import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.ValueMatch;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A Gateway API match in Envoy's words. */
final class RouteMatches {
    private static final String ANY_ELEMENT = "[^/]+";

    private RouteMatches() {}

    static RouteMatch of(Match match) {
        RouteMatch.Builder route = RouteMatch.newBuilder();
        path(route, match.path());
        if (match.method() != null) {
            route.addHeaders(HeaderMatcher.newBuilder()
                    .setName(":method")
                    .setStringMatch(StringMatcher.newBuilder().setExact(match.method())));
        }
        for (ValueMatch header : match.headers()) {
            route.addHeaders(header(header));
        }
        for (ValueMatch parameter : match.queryParams()) {
            route.addQueryParameters(
                    QueryParameterMatcher.newBuilder().setName(parameter.name()).setStringMatch(value(parameter)));
        }
        return route.build();
    }

    static RouteMatch of(GrpcRoute.Match match) {
        // a call of another protocol is none of a GRPCRoute's
        RouteMatch.Builder route = RouteMatch.newBuilder().setGrpc(GrpcRouteMatchOptions.getDefaultInstance());
        method(route, match.method());
        for (ValueMatch header : match.headers()) {
            route.addHeaders(header(header));
        }
        return route.build();
    }

    /** A call's path is {@code /SERVICE/METHOD}. */
    private static void method(RouteMatch.Builder route, GrpcRoute.@Nullable MethodMatch method) {
        if (method == null) {
            route.setPrefix("/");
        } else if (method.type() == ValueMatch.Type.REGEX) {
            route.setSafeRegex(RegexMatcher.newBuilder()
                    .setRegex("/" + regexOr(method.service()) + "/" + regexOr(method.method())));
        } else if (method.service().isEmpty()) {
            route.setSafeRegex(RegexMatcher.newBuilder().setRegex("/" + ANY_ELEMENT + "/" + method.method()));
        } else if (method.method().isEmpty()) {
            route.setPrefix("/" + method.service() + "/");
        } else {
            route.setPath("/" + method.service() + "/" + method.method());
        }
    }

    private static String regexOr(String regex) {
        return regex.isEmpty() ? ANY_ELEMENT : "(?:" + regex + ")";
    }

    static HeaderMatcher header(ValueMatch header) {
        return HeaderMatcher.newBuilder()
                .setName(header.name().toLowerCase(Locale.ROOT))
                .setStringMatch(value(header))
                .build();
    }

    private static void path(RouteMatch.Builder route, PathMatch path) {
        switch (path.type()) {
            case EXACT -> route.setPath(path.value());
            case REGEX -> route.setSafeRegex(RegexMatcher.newBuilder().setRegex(path.value()));
            case PREFIX -> {
                // a trailing slash does not count (Gateway API), and Envoy's field must not have one
                String prefix = path.value();
                while (prefix.endsWith("/")) {
                    prefix = prefix.substring(0, prefix.length() - 1);
                }
                if (prefix.isEmpty()) {
                    route.setPrefix("/");
                } else {
                    route.setPathSeparatedPrefix(prefix);
                }
            }
        }
    }

    private static StringMatcher value(ValueMatch match) {
        return match.type() == ValueMatch.Type.EXACT
                ? StringMatcher.newBuilder().setExact(match.value()).build()
                : StringMatcher.newBuilder()
                        .setSafeRegex(RegexMatcher.newBuilder().setRegex(match.value()))
                        .build();
    }
}
