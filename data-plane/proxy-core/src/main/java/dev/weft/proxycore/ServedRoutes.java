package dev.weft.proxycore;

import dev.weft.http.FilterChain;
import dev.weft.route.ClusterChoice;
import org.jspecify.annotations.Nullable;

/** A connection manager's routes, each with its filter chain. Immutable; shared by all loops. */
final class ServedRoutes {
    private final RouteTable table;
    private final FilterChain[][] chains; // by ordinal, then by share of a split; one where all shares are alike

    ServedRoutes(RouteTable table, FilterChain[][] chains) {
        this.table = table;
        this.chains = chains;
    }

    RouteTable table() {
        return table;
    }

    /** The filters of a request that goes this way. */
    FilterChain chain(RoutePlan plan, @Nullable ClusterChoice choice) {
        FilterChain[] shares = chains[plan.compiled().ordinal()];
        return choice == null || shares.length == 1 ? shares[0] : shares[choice.share()];
    }
}
