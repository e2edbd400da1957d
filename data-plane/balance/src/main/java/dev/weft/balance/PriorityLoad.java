package dev.weft.balance;

/**
 * How many percent of the load each priority carries: Envoy's calculation ("Priority levels", "Panic threshold" in its load
 * balancing overview). A priority is as healthy as its usable hosts × the overprovisioning factor, load spills to the next
 * one when that is under 100 %, and a priority with too few usable hosts ignores health (panic). Pure calculation.
 */
final class PriorityLoad {
    private final int[] healthy;
    private final int[] degraded;
    private final boolean[] panics;

    /**
     * Hosts by priority: all, those that count when the share of healthy ones is worked out, and the healthy and degraded
     * ones of these.
     */
    PriorityLoad(int[] hosts, int[] counted, int[] healthyHosts, int[] degradedHosts, Spread spread) {
        int n = hosts.length;
        healthy = new int[n];
        degraded = new int[n];
        panics = new boolean[n];
        int[] health = new int[n];
        int[] degradedHealth = new int[n];
        int total = 0;
        for (int p = 0; p < n; p++) {
            health[p] = percent(healthyHosts[p], counted[p], spread.overprovisioningPercent());
            degradedHealth[p] = percent(degradedHosts[p], counted[p], spread.overprovisioningPercent());
            total += health[p] + degradedHealth[p];
        }
        total = Math.min(100, total);
        boolean allPanic = n > 0;
        for (int p = 0; p < n; p++) {
            double usable = counted[p] == 0 ? 0 : 100.0 * (healthyHosts[p] + degradedHosts[p]) / counted[p];
            panics[p] = total < 100 && usable < spread.panicPercent();
            allPanic &= panics[p];
        }
        if (allPanic) {
            byHostCount(hosts);
        } else if (total > 0) {
            int left = distribute(healthy, health, 100, total);
            left = distribute(degraded, degradedHealth, left, total);
            giveRest(left, health, degradedHealth);
        }
    }

    private static int percent(int usable, int hosts, int overprovisioningPercent) {
        return hosts == 0 ? 0 : Math.min(100, overprovisioningPercent * usable / hosts);
    }

    private static int distribute(int[] load, int[] health, int left, int total) {
        int rest = left;
        for (int p = 0; p < load.length; p++) {
            load[p] = Math.min(rest, health[p] * 100 / total);
            rest -= load[p];
        }
        return rest;
    }

    /** What rounding left over goes to the first priority that takes any load at all. */
    private void giveRest(int left, int[] health, int[] degradedHealth) {
        for (int p = 0; p < health.length; p++) {
            if (health[p] > 0) {
                healthy[p] += left;
                return;
            }
            if (degradedHealth[p] > 0) {
                degraded[p] += left;
                return;
            }
        }
    }

    /** Every priority is in panic: by number of hosts, whatever their health. */
    private void byHostCount(int[] hosts) {
        int all = 0;
        for (int count : hosts) {
            all += count;
        }
        int left = 100;
        int first = -1;
        for (int p = 0; p < hosts.length; p++) {
            healthy[p] = 100 * hosts[p] / Math.max(1, all);
            left -= healthy[p];
            first = first < 0 && hosts[p] > 0 ? p : first;
        }
        if (first >= 0) {
            healthy[first] += left;
        }
    }

    /** Percent that go to the healthy hosts of a priority; in panic to all of them. */
    int healthy(int priority) {
        return panics[priority] ? healthy[priority] + degraded[priority] : healthy[priority];
    }

    /** Percent that go to the degraded hosts of a priority. */
    int degraded(int priority) {
        return panics[priority] ? 0 : degraded[priority];
    }

    boolean panics(int priority) {
        return panics[priority];
    }
}
