package dev.weft.upstream;

import dev.weft.balance.LocalityRule;
import dev.weft.base.Locality;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.LocalityLbEndpoints;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of an assignment, their names resolved, and what the assignment says of all of them.
 *
 * @param localityWeights what is not there has none
 */
record Members(
        List<Resolved> endpoints, int overprovisioningPercent, Map<LocalityRule.Place, Integer> localityWeights) {
    static final Members NONE = new Members(List.of(), 140, Map.of());

    /** An endpoint of the configuration with one address its name stands for. */
    record Resolved(LbEndpoint endpoint, InetSocketAddress address, int priority, Locality locality) {}

    Members {
        endpoints = List.copyOf(endpoints);
        localityWeights = Map.copyOf(localityWeights);
    }

    /** Whose addresses are IP literals, which is all STATIC and EDS allow. */
    static Members literals(@Nullable ClusterLoadAssignment assignment) {
        return of(assignment, endpoint -> {
            InetSocketAddress address = Addresses.literal(endpoint.address());
            return address == null ? List.of() : List.of(address);
        });
    }

    static Members of(
            @Nullable ClusterLoadAssignment assignment, Function<LbEndpoint, List<InetSocketAddress>> addresses) {
        if (assignment == null) {
            return NONE;
        }
        List<Resolved> resolved = new ArrayList<>();
        Map<LocalityRule.Place, Integer> weights = new HashMap<>();
        for (LocalityLbEndpoints group : assignment.endpoints()) {
            weights.put(new LocalityRule.Place(group.priority(), group.locality()), (int)
                    Math.min(Integer.MAX_VALUE, group.loadBalancingWeight()));
            for (LbEndpoint endpoint : group.lbEndpoints()) {
                for (InetSocketAddress address : addresses.apply(endpoint)) {
                    resolved.add(new Resolved(endpoint, address, group.priority(), group.locality()));
                }
            }
        }
        return new Members(resolved, assignment.overprovisioningFactor(), weights);
    }
}
