package dev.weft.proxycore;

import dev.weft.http.RequestHead;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.upstream.Clusters;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A compiled route configuration with the plan of each route beside it. Immutable; shared by all loops. */
final class RouteTable {
    private final CompiledRoutes routes;
    private final RoutePlan[] plans; // by ordinal

    RouteTable(CompiledRoutes routes) {
        this.routes = routes;
        this.plans = routes.routes().stream()
                .map(route -> new RoutePlan(route, routes.config()))
                .toArray(RoutePlan[]::new);
    }

    List<RoutePlan> plans() {
        return List.of(plans);
    }

    /** Looks up the clusters all routes go to. Control thread, with every snapshot. */
    void resolve(Clusters clusters) {
        for (RoutePlan plan : plans) {
            plan.resolve(clusters);
        }
    }

    /** The plan for a request, or null when no route takes it. Allocates nothing. */
    @Nullable
    RoutePlan match(RequestHead head, RandomGenerator random) {
        CompiledRoute route = routes.match(head, random);
        return route == null ? null : plans[route.ordinal()];
    }
}
