package dev.weft.translate;

import dev.weft.meshmodel.LocalityPreference;
import dev.weft.meshmodel.LocalityPreference.Distribution;
import dev.weft.meshmodel.Whereabouts;
import dev.weft.meshmodel.Workload;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Endpoints in groups, as callers at one place prefer them: priorities by distance, or weights by locality. */
final class LocalitySpread {
    /** All alike. */
    static final LocalitySpread NONE = new LocalitySpread(null, Whereabouts.UNKNOWN);

    private static final int FINENESS = 1000; // of weights, per percent

    private final @Nullable LocalityPreference preference;
    private final Whereabouts caller;
    private final @Nullable Distribution distribution;

    LocalitySpread(@Nullable LocalityPreference preference, Whereabouts caller) {
        this.preference = preference;
        this.caller = caller;
        this.distribution = preference == null ? null : preference.distribution(caller.locality());
    }

    /** Endpoints of one locality and one priority. */
    record Group(int distance, String locality) implements Comparable<Group> {
        @Override
        public int compareTo(Group other) {
            return distance == other.distance
                    ? locality.compareTo(other.locality)
                    : Integer.compare(distance, other.distance);
        }
    }

    /** Whether sick endpoints count as such, so that others get their share of the load. */
    boolean spillsOver() {
        return preference != null && preference.distribute().isEmpty();
    }

    /** Null for an endpoint these callers do not use. */
    @Nullable
    Group group(Workload endpoint) {
        if (preference == null) {
            return new Group(0, endpoint.locality());
        }
        if (!preference.distribute().isEmpty()) {
            boolean used = distribution == null || distribution.pattern(endpoint.locality()) != null;
            return used ? new Group(0, endpoint.locality()) : null;
        }
        int distance = preference.distance(caller, new Whereabouts(endpoint.locality(), endpoint.labels()));
        return new Group(distance, endpoint.locality());
    }

    /** In order, with priorities without a gap and, where traffic is distributed, with weights. */
    List<LocalityLbEndpoints> arrange(TreeMap<Group, LocalityLbEndpoints.Builder> groups) {
        List<LocalityLbEndpoints> arranged = new ArrayList<>();
        int priority = -1;
        int distance = -1;
        Map<String, Long> sizes = sizes(groups);
        for (Map.Entry<Group, LocalityLbEndpoints.Builder> entry : groups.entrySet()) {
            Group group = entry.getKey();
            if (group.distance() != distance) {
                distance = group.distance();
                priority++;
            }
            LocalityLbEndpoints.Builder endpoints = entry.getValue().setPriority(priority);
            if (preference != null && !preference.distribute().isEmpty()) {
                endpoints.setLoadBalancingWeight(Protos.number(weight(group.locality(), size(endpoints), sizes)));
            }
            arranged.add(endpoints.build());
        }
        return arranged;
    }

    /** How many endpoints, by weight, share what goes to a pattern. */
    private Map<String, Long> sizes(Map<Group, LocalityLbEndpoints.Builder> groups) {
        Map<String, Long> sizes = new HashMap<>();
        if (distribution != null) {
            groups.forEach((group, endpoints) ->
                    sizes.merge(distribution.pattern(group.locality()), size(endpoints), Long::sum));
        }
        return sizes;
    }

    private static long size(LocalityLbEndpoints.Builder endpoints) {
        return endpoints.getLbEndpointsList().stream()
                .map(LbEndpoint::getLoadBalancingWeight)
                .mapToLong(weight -> weight.getValue())
                .sum();
    }

    /** Callers of whom nothing is said spread evenly over all endpoints. */
    private int weight(String locality, long size, Map<String, Long> sizes) {
        if (distribution == null) {
            return (int) Math.max(1, size);
        }
        String pattern = distribution.pattern(locality);
        long percent = Objects.requireNonNull(distribution.to().get(pattern));
        return (int) Math.max(1, percent * FINENESS * size / Objects.requireNonNull(sizes.get(pattern)));
    }
}
