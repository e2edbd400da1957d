package dev.weft.meshmodel;

import dev.weft.base.Locality;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints a caller prefers by where both are (Istio's {@code localityLbSetting}); one of the three, or none of them: then
 * the nearer the sooner.
 *
 * @param distribute shares of the traffic by locality
 * @param failover to which region before all others, by the caller's own
 * @param failoverPriority labels; an endpoint goes before another when more of the first of them are as the caller has them.
 *     {@code name=value} asks for a value instead
 */
public record LocalityPreference(
        List<Distribution> distribute, Map<String, String> failover, List<String> failoverPriority) {
    public LocalityPreference {
        distribute = List.copyOf(distribute);
        failover = Map.copyOf(failover);
        failoverPriority = List.copyOf(failoverPriority);
    }

    /**
     * Where requests go that come from some localities.
     *
     * @param from {@code region/zone/subzone}, or the first parts of it and {@code *}
     * @param to percent of the traffic by such patterns, 100 together
     */
    public record Distribution(String from, Map<String, Integer> to) {
        public Distribution {
            to = Map.copyOf(to);
        }

        /** The most precise of the patterns that mean a locality, {@code eu/a} more than {@code eu/*}; null when none does. */
        public @Nullable String pattern(String locality) {
            return to.keySet().stream()
                    .filter(pattern -> covers(pattern, locality))
                    .max(Comparator.comparingInt(
                                    (String pattern) -> fixed(pattern).length())
                            .thenComparing(Comparator.naturalOrder()))
                    .orElse(null);
        }
    }

    /**
     * How far an endpoint is from a caller; 0 = it is of those that are used first. A caller of whom nobody knows where it is uses
     * all alike.
     *
     * @param caller its labels and locality; of an endpoint the same
     */
    public int distance(Whereabouts caller, Whereabouts endpoint) {
        if (!failoverPriority.isEmpty()) {
            int alike = 0;
            while (alike < failoverPriority.size() && agree(failoverPriority.get(alike), caller, endpoint)) {
                alike++;
            }
            return failoverPriority.size() - alike;
        }
        if (caller.locality().isEmpty()) {
            return 0;
        }
        Locality here = Locality.parse(caller.locality());
        Locality there = Locality.parse(endpoint.locality());
        if (!here.region().equals(there.region())) {
            String next = failover.get(here.region());
            return next == null || next.equals(there.region()) ? 3 : 4;
        }
        if (!here.zone().equals(there.zone())) {
            return 2;
        }
        return here.subZone().equals(there.subZone()) ? 0 : 1;
    }

    private static boolean agree(String label, Whereabouts caller, Whereabouts endpoint) {
        int equals = label.indexOf('=');
        String name = equals < 0 ? label : label.substring(0, equals);
        String wanted = equals < 0 ? caller.label(name) : label.substring(equals + 1);
        return wanted != null && wanted.equals(endpoint.label(name));
    }

    /** The distribution for callers there; null when there is none. */
    public @Nullable Distribution distribution(String locality) {
        for (Distribution one : distribute) {
            if (covers(one.from(), locality)) {
                return one;
            }
        }
        return null;
    }

    /** Whether a locality is one of those a pattern means. */
    public static boolean covers(String pattern, String locality) {
        String start = fixed(pattern);
        return start.isEmpty() || locality.equals(start) || locality.startsWith(start + "/");
    }

    /** The parts that a pattern names. */
    private static String fixed(String pattern) {
        String start = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
        return start.endsWith("/") ? start.substring(0, start.length() - 1) : start;
    }
}
