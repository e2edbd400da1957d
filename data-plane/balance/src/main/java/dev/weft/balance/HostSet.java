package dev.weft.balance;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster as they are at one moment: by priority, with weights and health frozen, and with the share
 * of the load each priority carries. Immutable; built by the control thread whenever membership, weight or health
 * change.
 *
 * <p>Shares follow Envoy's priority load calculation ("Priority levels", "Panic threshold" in its load balancing
 * overview): a priority is as healthy as its usable hosts × the overprovisioning factor, load spills to the next one when
 * that is under 100 %, and a priority with too few usable hosts ignores health (panic).
 */
public final class HostSet<E extends Endpoint> {
    /** Envoy's {@code overprovisioning_factor}: 140 = a priority keeps all load until under 71 % of it are healthy. */
    public static final int DEFAULT_OVERPROVISIONING_PERCENT = 140;

    /** Envoy's {@code healthy_panic_threshold}. */
    public static final double DEFAULT_PANIC_PERCENT = 50;

    /** Hosts that share a priority and a health class, with the percentage of requests that go to them. */
    record Group<E>(int priority, List<E> hosts, int[] weights, int loadPercent) {}

    private final List<E> all;
    private final List<Group<E>> groups;
    private final boolean panic;
    private volatile @Nullable Map<Address, E> byAddress; // made when first asked for; two threads make the same

    private HostSet(List<E> all, List<Group<E>> groups, boolean panic) {
        this.all = all;
        this.groups = groups;
        this.panic = panic;
    }

    /** With Envoy's defaults. */
    public static <E extends Endpoint> HostSet<E> of(List<? extends E> endpoints) {
        return of(endpoints, DEFAULT_OVERPROVISIONING_PERCENT, DEFAULT_PANIC_PERCENT);
    }

    /**
     * The set of these endpoints with their weight, priority and health as they are now.
     *
     * @param overprovisioningPercent at least 100
     * @param panicPercent below this share of usable hosts a priority ignores health; 0 = never
     */
    public static <E extends Endpoint> HostSet<E> of(
            List<? extends E> endpoints, int overprovisioningPercent, double panicPercent) {
        return new Builder<E>(List.copyOf(endpoints), overprovisioningPercent, panicPercent).build();
    }

    /** All endpoints, usable or not, in the order given. */
    public List<E> all() {
        return all;
    }

    /** The endpoint of an address, usable or not; null when there is none. Any thread. */
    public @Nullable E find(Address address) {
        Map<Address, E> index = byAddress;
        if (index == null) {
            index = new HashMap<>();
            for (E host : all) {
                index.putIfAbsent(host.address(), host);
            }
            byAddress = index;
        }
        return index.get(address);
    }

    public int size() {
        return all.size();
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether some priority ignores health because too few of its hosts are usable. */
    public boolean inPanic() {
        return panic;
    }

    List<Group<E>> groups() {
        return groups;
    }

    private static final class Builder<E extends Endpoint> {
        private final List<E> all;
        private final int overprovisioning;
        private final double panicPercent;
        private final List<List<E>> hosts = new ArrayList<>(); // by priority
        private final List<List<E>> healthy = new ArrayList<>();
        private final List<List<E>> degraded = new ArrayList<>();
        private final List<Integer> counted = new ArrayList<>(); // those that are not excluded

        Builder(List<E> all, int overprovisioning, double panicPercent) {
            this.all = all;
            this.overprovisioning = overprovisioning;
            this.panicPercent = Math.min(100, panicPercent);
            for (E host : all) {
                while (hosts.size() <= host.priority()) {
                    hosts.add(new ArrayList<>());
                    healthy.add(new ArrayList<>());
                    degraded.add(new ArrayList<>());
                    counted.add(0);
                }
                hosts.get(host.priority()).add(host);
                if (!host.isExcluded()) {
                    counted.set(host.priority(), counted.get(host.priority()) + 1);
                }
                switch (host.health()) {
                    case HEALTHY -> healthy.get(host.priority()).add(host);
                    case DEGRADED -> degraded.get(host.priority()).add(host);
                    case UNHEALTHY -> {}
                }
            }
        }

        HostSet<E> build() {
            int n = hosts.size();
            int[] health = new int[n];
            int[] degradedHealth = new int[n];
            int total = 0;
            for (int p = 0; p < n; p++) {
                health[p] = percent(healthy.get(p).size(), p);
                degradedHealth[p] = percent(degraded.get(p).size(), p);
                total += health[p] + degradedHealth[p];
            }
            total = Math.min(100, total);
            boolean[] panicking = new boolean[n];
            boolean allPanic = n > 0;
            boolean anyPanic = false;
            for (int p = 0; p < n; p++) {
                panicking[p] = total < 100 && panics(p);
                allPanic &= panicking[p];
                anyPanic |= panicking[p];
            }
            if (allPanic) {
                return new HostSet<>(all, byHostCount(), true);
            }
            int[] healthyLoad = new int[n];
            int[] degradedLoad = new int[n];
            if (total > 0) {
                int left = distribute(healthyLoad, health, 100, total);
                left = distribute(degradedLoad, degradedHealth, left, total);
                // What rounding left over goes to the first priority that takes any load at all.
                for (int p = 0; p < n && left > 0; p++) {
                    if (health[p] > 0) {
                        healthyLoad[p] += left;
                        left = 0;
                    } else if (degradedHealth[p] > 0) {
                        degradedLoad[p] += left;
                        left = 0;
                    }
                }
            }
            List<Group<E>> groups = new ArrayList<>();
            for (int p = 0; p < n; p++) {
                if (panicking[p]) {
                    add(groups, p, hosts.get(p), healthyLoad[p] + degradedLoad[p]);
                } else {
                    add(groups, p, healthy.get(p), healthyLoad[p]);
                    add(groups, p, degraded.get(p), degradedLoad[p]);
                }
            }
            return new HostSet<>(all, List.copyOf(groups), anyPanic);
        }

        private int percent(int usable, int priority) {
            int count = counted.get(priority);
            return count == 0 ? 0 : Math.min(100, overprovisioning * usable / count);
        }

        private boolean panics(int priority) {
            int count = counted.get(priority);
            int usable = healthy.get(priority).size() + degraded.get(priority).size();
            return (count == 0 ? 0 : 100.0 * usable / count) < panicPercent;
        }

        private static int distribute(int[] load, int[] health, int left, int total) {
            for (int p = 0; p < load.length; p++) {
                load[p] = Math.min(left, health[p] * 100 / total);
                left -= load[p];
            }
            return left;
        }

        /** Every priority is in panic: by number of hosts, whatever their health. */
        private List<Group<E>> byHostCount() {
            List<Group<E>> groups = new ArrayList<>();
            int left = 100;
            int first = -1;
            int[] load = new int[hosts.size()];
            for (int p = 0; p < load.length; p++) {
                load[p] = 100 * hosts.get(p).size() / Math.max(1, all.size());
                left -= load[p];
                if (first < 0 && !hosts.get(p).isEmpty()) {
                    first = p;
                }
            }
            for (int p = 0; p < load.length; p++) {
                add(groups, p, hosts.get(p), load[p] + (p == first ? left : 0));
            }
            return List.copyOf(groups);
        }

        private static <E extends Endpoint> void add(List<Group<E>> groups, int priority, List<E> hosts, int load) {
            if (!hosts.isEmpty()) {
                int[] weights = new int[hosts.size()];
                Arrays.setAll(weights, i -> hosts.get(i).weight());
                groups.add(new Group<>(priority, List.copyOf(hosts), weights, load));
            }
        }
    }
}
