package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one virtual host, indexed by path so that only those whose path condition holds are looked at. Each index
 * answers with the first of its routes that comes before the best one so far, so the first route in configuration order wins,
 * as in Envoy.
 */
final class HostRoutes {
    private final VirtualHost host;
    private final CompiledRoute[] routes;
    private final @Nullable PathIndex paths;
    private final @Nullable PathIndex foldedPaths; // of conditions that ignore case
    private final RegexSet[] regexes;
    private final int[] others; // CONNECT, and expressions that no set can hold

    HostRoutes(VirtualHost host, List<CompiledRoute> inOrder) {
        this.host = host;
        routes = inOrder.toArray(new CompiledRoute[0]);
        PathIndex.Builder sensitive = new PathIndex.Builder(true);
        PathIndex.Builder folded = new PathIndex.Builder(false);
        List<Integer> expressions = new ArrayList<>();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < routes.length; i++) {
            RouteMatch match = routes[i].route().match();
            if (match.path() instanceof PathMatch.Regex) {
                expressions.add(i);
            } else if (!(match.caseSensitive() ? sensitive : folded).add(match.path(), i)) {
                rest.add(i);
            }
        }
        paths = sensitive.build(routes);
        foldedPaths = folded.build(routes);
        regexes = RegexSet.of(routes, expressions, rest);
        others = rest.stream().sorted().mapToInt(i -> i).toArray();
    }

    VirtualHost host() {
        return host;
    }

    /** In the order of the configuration. */
    List<CompiledRoute> routes() {
        return List.of(routes);
    }

    @Nullable
    CompiledRoute match(RequestHead head, int pathEnd, RandomGenerator random) {
        int best = RouteList.NONE;
        if (paths != null) {
            best = paths.first(head, pathEnd, random, best);
        }
        if (foldedPaths != null) {
            best = foldedPaths.first(head, pathEnd, random, best);
        }
        for (RegexSet set : regexes) {
            best = set.first(head, pathEnd, random, best);
        }
        for (int i = 0; i < others.length && others[i] < best; i++) {
            CompiledRoute route = routes[others[i]];
            if (route.matchesPath(head, pathEnd) && route.matches(head, random)) {
                best = others[i];
            }
        }
        return best == RouteList.NONE ? null : routes[best];
    }
}
