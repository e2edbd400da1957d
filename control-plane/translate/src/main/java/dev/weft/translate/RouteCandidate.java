package dev.weft.translate;

import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.TcpRoute;
import dev.weft.meshmodel.TlsRoute;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * One match of one rule of one route: what becomes one route of Envoy's.
 *
 * @param name {@code NAMESPACE/ROUTE/RULE}
 * @param path what the match says of the path, for edits that need to know
 * @param rank its place in the order of precedence, most significant first; less comes first
 */
record RouteCandidate(
        String name, RouteMatch match, PathMatch path, MeshRoute route, RouteRule<?> rule, List<Integer> rank) {
    private static final Comparator<RouteCandidate> PRECEDENCE =
            (a, b) -> Arrays.compare(a.rank.toArray(Integer[]::new), b.rank.toArray(Integer[]::new));

    // Gateway API v1, GRPCRouteRule.matches: longest service, longest method, most headers.
    private static List<Integer> rank(GrpcRoute.Match match) {
        GrpcRoute.MethodMatch method = match.method();
        return List.of(
                method == null ? 0 : -method.service().length(),
                method == null ? 0 : -method.method().length(),
                -match.headers().size());
    }

    /**
     * All of some routes of HTTP's layer and one kind, in Gateway API's order of precedence. Ties go to the route that comes first in the
     * list, and within a route to the rule that does (the sort is stable).
     */
    static List<RouteCandidate> of(List<MeshRoute> routes) {
        List<RouteCandidate> candidates = new ArrayList<>();
        for (MeshRoute route : routes) {
            switch (route) {
                case HttpRoute http ->
                    add(
                            http,
                            http.rules(),
                            HttpRoute.Match.EVERYTHING,
                            RouteMatches::of,
                            HttpRoute.Match::path,
                            HttpRoute.Match::rank,
                            candidates);
                case GrpcRoute grpc ->
                    add(
                            grpc,
                            grpc.rules(),
                            GrpcRoute.Match.EVERYTHING,
                            RouteMatches::of,
                            match -> PathMatch.ALL,
                            RouteCandidate::rank,
                            candidates);
                case TlsRoute tls -> throw new IllegalArgumentException("not of HTTP: " + tls.key());
                case TcpRoute tcp -> throw new IllegalArgumentException("not of HTTP: " + tcp.key());
            }
        }
        candidates.sort(PRECEDENCE);
        return candidates;
    }

    private static <M> void add(
            MeshRoute route,
            List<RouteRule<M>> rules,
            M everything,
            Function<M, RouteMatch> translation,
            Function<M, PathMatch> path,
            Function<M, List<Integer>> rank,
            List<RouteCandidate> candidates) {
        for (int i = 0; i < rules.size(); i++) {
            RouteRule<M> rule = rules.get(i);
            String name = route.key().namespace() + "/" + route.key().name() + "/"
                    + (rule.name().isEmpty() ? String.valueOf(i) : rule.name());
            for (M match : rule.matches().isEmpty() ? List.of(everything) : rule.matches()) {
                candidates.add(new RouteCandidate(
                        name, translation.apply(match), path.apply(match), route, rule, rank.apply(match)));
            }
        }
    }
}
