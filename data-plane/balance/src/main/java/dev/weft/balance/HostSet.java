package dev.weft.balance;

import dev.weft.base.Address;
import dev.weft.base.Locality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster as they are at one moment, with weights, health and places frozen: groups of hosts that share
 * a priority and a health class, each with its share of the load ({@link PriorityLoad}) and, where localities matter,
 * divided into parts ({@link LocalityShares}). Immutable; built by the control thread whenever membership, weight or
 * health change.
 */
public final class HostSet<E extends Endpoint> {
    /**
     * Hosts that are picked among together.
     *
     * @param parts one, or one for each locality; none = requests that fall here find no host
     */
    record Group<E>(int priority, boolean degraded, int loadPercent, List<Part<E>> parts) {}

    /**
     * Hosts of a group; at least one.
     *
     * @param share of the group's load, relative to the other parts
     * @param declaredShare the same as it is declared, whatever the health: what consistent hashing goes by, of 1
     */
    record Part<E>(Locality locality, List<E> hosts, double share, double declaredShare) {}

    private final List<E> all;
    private final Spread spread;
    private final List<Group<E>> groups;
    private final boolean panic;
    private volatile @Nullable Map<Address, E> byAddress; // made when first asked for; two threads make the same

    private HostSet(List<E> all, Spread spread, List<Group<E>> groups, boolean panic) {
        this.all = all;
        this.spread = spread;
        this.groups = groups;
        this.panic = panic;
    }

    /** With Envoy's defaults. */
    public static <E extends Endpoint> HostSet<E> of(List<? extends E> endpoints) {
        return of(endpoints, Spread.DEFAULT);
    }

    /** The set of these endpoints with their weight, priority, locality and health as they are now. */
    public static <E extends Endpoint> HostSet<E> of(List<? extends E> endpoints, Spread spread) {
        return new Builder<E>(List.copyOf(endpoints), spread).build();
    }

    /** Those of the endpoints that fulfil a condition, spread in the same way. */
    HostSet<E> only(Predicate<E> condition, Spread by) {
        return of(all.stream().filter(condition).toList(), by);
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

    Spread spread() {
        return spread;
    }

    /** The healthy ones by priority, then the degraded ones: the order in which Envoy lays out the load. */
    List<Group<E>> groups() {
        return groups;
    }

    private static final class Builder<E extends Endpoint> {
        private final List<E> all;
        private final Spread spread;
        private final List<List<E>> hosts = new ArrayList<>(); // by priority
        private final List<List<E>> healthy = new ArrayList<>();
        private final List<List<E>> degraded = new ArrayList<>();
        private final List<List<E>> counted = new ArrayList<>(); // those that are not excluded

        Builder(List<E> all, Spread spread) {
            this.all = all;
            this.spread = spread;
            for (E host : all) {
                while (hosts.size() <= host.priority()) {
                    hosts.add(new ArrayList<>());
                    healthy.add(new ArrayList<>());
                    degraded.add(new ArrayList<>());
                    counted.add(new ArrayList<>());
                }
                hosts.get(host.priority()).add(host);
                if (!host.isExcluded()) {
                    counted.get(host.priority()).add(host);
                }
                switch (host.health()) {
                    case HEALTHY -> healthy.get(host.priority()).add(host);
                    case DEGRADED -> degraded.get(host.priority()).add(host);
                    case UNHEALTHY -> {}
                }
            }
        }

        HostSet<E> build() {
            PriorityLoad load = new PriorityLoad(sizes(hosts), sizes(counted), sizes(healthy), sizes(degraded), spread);
            List<Group<E>> groups = new ArrayList<>();
            boolean anyPanic = false;
            for (int p = 0; p < hosts.size(); p++) {
                boolean panics = load.panics(p);
                anyPanic |= panics;
                List<E> usable = panics ? hosts.get(p) : healthy.get(p);
                if (panics && spread.failInPanic()) {
                    groups.add(new Group<>(p, false, load.healthy(p), List.of()));
                } else if (!usable.isEmpty()) {
                    groups.add(new Group<>(p, false, load.healthy(p), parts(p, usable, panics)));
                }
            }
            for (int p = 0; p < hosts.size(); p++) {
                if (!load.panics(p) && !degraded.get(p).isEmpty()) {
                    groups.add(new Group<>(p, true, load.degraded(p), parts(p, degraded.get(p), false)));
                }
            }
            return new HostSet<>(all, spread, List.copyOf(groups), anyPanic);
        }

        private static int[] sizes(List<? extends List<?>> lists) {
            return lists.stream().mapToInt(List::size).toArray();
        }

        private List<Part<E>> parts(int priority, List<E> usable, boolean panics) {
            Map<Locality, List<E>> everyone = byLocality(hosts.get(priority));
            Map<Locality, List<E>> those = byLocality(usable);
            List<Locality> localities = List.copyOf(everyone.keySet());
            int[] counts = count(localities, those);
            int[] declared = new int[localities.size()];
            double @Nullable [] shares = null;
            if (spread.localities() instanceof LocalityRule.Weighted rule) {
                for (int i = 0; i < declared.length; i++) {
                    declared[i] = rule.of(priority, localities.get(i));
                }
                // In panic Envoy forgets the weights, but for consistent hashing.
                shares = panics
                        ? hostCounts(counts)
                        : LocalityShares.weighted(
                                declared,
                                counts,
                                count(localities, byLocality(counted.get(priority))),
                                spread.overprovisioningPercent());
            } else if (spread.localities() instanceof LocalityRule.ZoneAware rule && priority == 0 && !panics) {
                shares = LocalityShares.zoneAware(rule, localities, counts);
                declared = counts;
            }
            if (shares == null) {
                return List.of(new Part<>(Locality.UNKNOWN, List.copyOf(usable), 1, 1));
            }
            double sum = 0;
            for (int weight : declared) {
                sum += weight;
            }
            List<Part<E>> parts = new ArrayList<>();
            for (int i = 0; i < shares.length; i++) {
                List<E> here = those.get(localities.get(i));
                if (here != null && (shares[i] > 0 || declared[i] > 0)) {
                    parts.add(new Part<>(localities.get(i), List.copyOf(here), shares[i], declared[i] / sum));
                }
            }
            return List.copyOf(parts);
        }

        private Map<Locality, List<E>> byLocality(List<E> some) {
            Map<Locality, List<E>> parts = new LinkedHashMap<>();
            for (E host : some) {
                parts.computeIfAbsent(host.locality(), key -> new ArrayList<>()).add(host);
            }
            return parts;
        }

        private int[] count(List<Locality> localities, Map<Locality, List<E>> parts) {
            return localities.stream()
                    .mapToInt(
                            locality -> parts.getOrDefault(locality, List.of()).size())
                    .toArray();
        }

        private static double[] hostCounts(int[] counts) {
            double[] shares = new double[counts.length];
            for (int i = 0; i < shares.length; i++) {
                shares[i] = counts[i];
            }
            return shares;
        }
    }
}
