package dev.weft.upstream;

import dev.weft.balance.Endpoint;
import dev.weft.balance.HostSet;
import dev.weft.base.Locality;
import java.util.HashMap;
import java.util.Map;

/**
 * The proxies that call as this one does, which are the endpoints of its own cluster: what zone-aware routing has to know.
 *
 * @param healthy how many there are in each locality; empty = not known
 */
record Callers(Map<Locality, Integer> healthy) {
    static final Callers UNKNOWN = new Callers(Map.of());

    Callers {
        healthy = Map.copyOf(healthy);
    }

    /** Those of the highest priority; none where too few are healthy to go by (as Envoy has it). */
    static Callers of(HostSet<? extends Endpoint> hosts) {
        Map<Locality, Integer> healthy = new HashMap<>();
        for (Endpoint host : hosts.all()) {
            if (host.priority() == 0) {
                healthy.merge(host.locality(), host.health() == Endpoint.Health.HEALTHY ? 1 : 0, Integer::sum);
            }
        }
        return hosts.inPanic() ? UNKNOWN : new Callers(healthy);
    }
}
