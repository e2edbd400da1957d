package dev.weft.balance;

import dev.weft.base.Locality;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much of a priority's load each of its localities gets. Pure calculation; null where localities do not matter. */
final class LocalityShares {
    private static final int WHOLE = 10_000; // Envoy counts in hundredths of a percent

    private LocalityShares() {}

    /**
     * Weight × availability, where a locality counts as wholly available until its usable hosts × the overprovisioning factor
     * are under 100 % (Envoy's {@code effectiveLocalityWeight}).
     */
    static double @Nullable [] weighted(int[] weights, int[] usable, int[] hosts, int overprovisioningPercent) {
        double[] shares = new double[weights.length];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            double available = hosts[i] == 0 ? 0 : (double) usable[i] / hosts[i];
            shares[i] = weights[i] * Math.min(1, overprovisioningPercent / 100.0 * available);
            sum += shares[i];
        }
        return sum > 0 ? shares : null;
    }

    /** Envoy's {@code regenerateLocalityRoutingStructures}. */
    static double @Nullable [] zoneAware(LocalityRule.ZoneAware rule, List<Locality> localities, int[] healthy) {
        int total = Arrays.stream(healthy).sum();
        int callers = rule.callers().values().stream().mapToInt(n -> n).sum();
        if (localities.size() < 2
                || rule.callers().size() < 2
                || rule.callers().getOrDefault(rule.here(), 0) == 0
                || total < Math.max(1, rule.minHosts())) {
            return null;
        }
        int n = localities.size();
        int[] have = new int[n];
        int[] need = new int[n];
        for (int i = 0; i < n; i++) {
            have[i] = WHOLE * healthy[i] / total;
            need[i] = healthy[i] == 0 ? 0 : WHOLE * rule.callers().getOrDefault(localities.get(i), 0) / callers;
        }
        double[] shares = nearAndFar(have, need, localities.indexOf(rule.here()));
        double routed = Math.min(100, rule.routingPercent()) / 100;
        for (int i = 0; i < n; i++) {
            shares[i] = routed * shares[i] + (1 - routed) * healthy[i] / total;
        }
        return shares;
    }

    /** @param here the caller's own among them; -1 = there is none */
    private static double[] nearAndFar(int[] have, int[] need, int here) {
        double[] shares = new double[have.length];
        if (here >= 0 && have[here] > 0 && have[here] >= need[here]) {
            shares[here] = 1;
            return shares;
        }
        // There is a caller here, us; so where there are hosts here, need is not 0.
        double near = here >= 0 && have[here] > 0 ? (double) have[here] / need[here] : 0;
        double spare = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = i == here ? 0 : Math.max(0, have[i] - need[i]);
            spare += shares[i];
        }
        for (int i = 0; i < shares.length; i++) {
            // By rounding alone nobody may have anything to spare: then the same for each.
            shares[i] = (1 - near) * (spare > 0 ? shares[i] / spare : 1.0 / shares.length);
        }
        if (here >= 0) {
            shares[here] += near;
        }
        return shares;
    }
}
