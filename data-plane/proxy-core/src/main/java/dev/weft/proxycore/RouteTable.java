package dev.weft.proxycore;

import dev.weft.http.RequestHead;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.RouteConfiguration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A compiled route configuration with the plan of each route beside it. Immutable; shared by all loops. */
final class RouteTable {
    private final CompiledRoutes routes;
    private final @Nullable RoutePlan[] plans; // by ordinal

    RouteTable(CompiledRoutes routes) {
        this(routes, null);
    }

    /** @param before has the plans of routes that stay; null = there was no table */
    RouteTable(CompiledRoutes routes, @Nullable RouteTable before) {
        this.routes = routes;
        plans = new RoutePlan[routes.ordinals()];
        boolean alike = before != null && saysTheSame(routes.config(), before.routes.config());
        for (CompiledRoute route : routes.routes()) {
            RoutePlan plan = alike && before != null ? before.plan(route) : null;
            plans[route.ordinal()] = plan == null ? new RoutePlan(route, routes.config()) : plan;
        }
    }

    /** Of all routes, in what a plan takes from there. */
    private static boolean saysTheSame(RouteConfiguration now, RouteConfiguration before) {
        return now.headers().equals(before.headers())
                && now.mostSpecificHeaderMutationsWins() == before.mostSpecificHeaderMutationsWins()
                && now.filters().equals(before.filters());
    }

    private @Nullable RoutePlan plan(CompiledRoute route) {
        RoutePlan plan = route.ordinal() < plans.length ? plans[route.ordinal()] : null;
        return plan != null && plan.compiled() == route ? plan : null;
    }

    CompiledRoutes routes() {
        return routes;
    }

    /** In no particular order. */
    List<RoutePlan> plans() {
        return Arrays.stream(plans).filter(Objects::nonNull).toList();
    }

    /** Looks up the clusters all routes go to. Control thread, with every snapshot. */
    void resolve(Clusters clusters) {
        plans().forEach(plan -> plan.resolve(clusters));
    }

    /** The plan for a request, or null when no route takes it. Allocates nothing. */
    @Nullable
    RoutePlan match(RequestHead head, RandomGenerator random) {
        CompiledRoute route = routes.match(head, random);
        return route == null ? null : plans[route.ordinal()];
    }
}
