package dev.weft.balance;

import dev.weft.base.Locality;
import java.util.Map;

/** What a host's locality means for its share of the load. */
public sealed interface LocalityRule {
    /** Nothing. */
    LocalityRule NONE = new Ignored();

    /** Nothing. */
    record Ignored() implements LocalityRule {}

    /**
     * Each locality of a priority gets load in proportion to its weight, less when too few of its hosts are usable (Envoy's
     * {@code locality_weighted_lb_config}).
     *
     * @param weights what is not there, or 0, gets none
     */
    record Weighted(Map<Place, Integer> weights) implements LocalityRule {
        public Weighted {
            weights = Map.copyOf(weights);
        }

        int of(int priority, Locality locality) {
            return weights.getOrDefault(new Place(priority, locality), 0);
        }
    }

    /** A locality of a priority. */
    record Place(int priority, Locality locality) {}

    /**
     * Requests stay in the caller's own locality as far as its hosts can carry what all callers there send, and the rest goes
     * where hosts have more to give than callers need (Envoy's {@code zone_aware_lb_config}). Priority 0 only.
     *
     * @param here where this caller runs
     * @param callers how many healthy callers run in each locality, this one among them
     * @param routingPercent of the requests this holds for; the others ignore localities
     * @param minHosts with fewer healthy hosts localities are ignored; Envoy's default is 6
     */
    record ZoneAware(Locality here, Map<Locality, Integer> callers, double routingPercent, int minHosts)
            implements LocalityRule {
        public ZoneAware {
            callers = Map.copyOf(callers);
        }
    }
}
