package dev.weft.balance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Chooses a subset by the request's {@link SubsetKey}, then a host of it. A subset has priorities and health of its own. */
final class SubsetBalancer<E extends Endpoint> implements LoadBalancer<E> {
    private final Subsets config;
    private final Balancing within;
    private final LoadBalancer<E> any;
    private final @Nullable LoadBalancer<E> byDefault; // null: nobody falls back to it, or it is empty
    private final Map<SubsetKey, LoadBalancer<E>> subsets;
    private final Map<SubsetKey.Names, Rule> rules;

    /** What holds for requests that name just a selector's keys. */
    private record Rule(Subsets.@Nullable Fallback fallback, SubsetKey.@Nullable Names reduced) {}

    private SubsetBalancer(Subsets config, Balancing within, HostSet<E> hosts, @Nullable SubsetBalancer<E> before) {
        this.config = config;
        this.within = within;
        this.any = next(before == null ? null : before.any, hosts);
        HostSet<E> ofDefault = hosts.only(host -> matches(host, config.defaultSubset()), subsetSpread(hosts));
        this.byDefault = ofDefault.isEmpty() ? null : next(before == null ? null : before.byDefault, ofDefault);
        this.subsets = new HashMap<>();
        members(hosts).forEach((key, some) -> {
            HostSet<E> subset = HostSet.of(List.copyOf(some), subsetSpread(hosts));
            subsets.put(key, next(before == null ? null : before.subsets.get(key), subset));
        });
        this.rules = new HashMap<>();
        for (Subsets.Selector selector : config.selectors()) {
            SubsetKey.Names reduced =
                    selector.fallbackKeys().isEmpty() ? null : new SubsetKey.Names(selector.fallbackKeys());
            rules.putIfAbsent(new SubsetKey.Names(selector.keys()), new Rule(selector.fallback(), reduced));
        }
    }

    static <E extends Endpoint> SubsetBalancer<E> of(Subsets subsets, Balancing balancing, HostSet<E> hosts) {
        Balancing within = new Balancing(balancing.policy(), balancing.slowStart(), null);
        return new SubsetBalancer<>(subsets, within, hosts, null);
    }

    private LoadBalancer<E> next(@Nullable LoadBalancer<E> before, HostSet<E> hosts) {
        return before == null ? LoadBalancer.of(within, hosts) : before.withHosts(hosts);
    }

    private Spread subsetSpread(HostSet<E> hosts) {
        return config.localityWeights() ? hosts.spread() : hosts.spread().withoutLocalityWeights();
    }

    private static boolean matches(Endpoint host, Map<String, @Nullable Object> wanted) {
        return wanted.entrySet().stream()
                .allMatch(entry -> host.labels().containsKey(entry.getKey())
                        && Objects.equals(host.labels().get(entry.getKey()), entry.getValue()));
    }

    /** The hosts of every subset there is. */
    private Map<SubsetKey, Set<E>> members(HostSet<E> hosts) {
        Map<SubsetKey, Set<E>> members = new LinkedHashMap<>(); // two selectors may have the same keys
        for (Subsets.Selector selector : config.selectors()) {
            for (E host : hosts.all()) {
                for (SubsetKey key : keys(host, selector)) {
                    members.computeIfAbsent(key, unused -> new LinkedHashSet<>())
                            .add(host);
                }
            }
        }
        return members;
    }

    private List<SubsetKey> keys(Endpoint host, Subsets.Selector selector) {
        List<Map<String, @Nullable Object>> combinations = new ArrayList<>(List.of(new TreeMap<>()));
        for (String name : selector.keys()) {
            if (!host.labels().containsKey(name)) {
                return List.of();
            }
            List<Map<String, @Nullable Object>> longer = new ArrayList<>();
            for (Object value : values(host.labels().get(name))) {
                for (Map<String, @Nullable Object> shorter : combinations) {
                    Map<String, @Nullable Object> combination = new TreeMap<>(shorter);
                    combination.put(name, value);
                    longer.add(combination);
                }
            }
            combinations = longer;
        }
        return combinations.stream().map(SubsetKey::of).toList();
    }

    private List<? extends @Nullable Object> values(@Nullable Object value) {
        if (config.listAsAny() && value instanceof List<?> list) {
            return list;
        }
        List<@Nullable Object> one = new ArrayList<>();
        one.add(value);
        return one;
    }

    @Override
    public @Nullable E pick(PickContext context) {
        for (SubsetKey key = context.subset(); key != null; ) {
            LoadBalancer<E> subset = subsets.get(key);
            if (subset != null) {
                return subset.pick(context);
            }
            Rule rule = rules.get(key.names());
            if (rule != null && rule.fallback != null) {
                return ofFallback(rule.fallback, context);
            }
            key = rule == null || rule.reduced == null ? null : key.only(rule.reduced);
        }
        E host = ofFallback(config.fallback(), context);
        boolean panics = host == null && config.panicModeAny() && config.fallback() != Subsets.Fallback.NO_FALLBACK;
        return panics ? any.pick(context) : host;
    }

    private @Nullable E ofFallback(Subsets.Fallback to, PickContext context) {
        LoadBalancer<E> balancer = switch (to) {
            case NO_FALLBACK -> null;
            case ANY_ENDPOINT -> any;
            case DEFAULT_SUBSET -> byDefault;
        };
        return balancer == null ? null : balancer.pick(context);
    }

    @Override
    public LoadBalancer<E> withHosts(HostSet<E> next) {
        return next == hosts() ? this : new SubsetBalancer<>(config, within, next, this);
    }

    @Override
    public HostSet<E> hosts() {
        return any.hosts();
    }
}
