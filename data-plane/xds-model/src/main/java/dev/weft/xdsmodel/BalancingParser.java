package dev.weft.xdsmodel;

import dev.weft.xdsmodel.LoadBalancing.LocalityLb;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a cluster says of its balancer to {@link LoadBalancing}: in the older fields, or with {@link PolicyParser}. */
final class BalancingParser {
    private static final int CERTAINTY = 30; // of a prime: wrong once in 2^30

    private BalancingParser() {}

    static LoadBalancing parse(MessageView cluster, Cluster.DiscoveryType type) {
        MessageView common = cluster.message("common_lb_config");
        LoadBalancing older = new LoadBalancing(
                named(cluster, common),
                olderSlowStart(cluster),
                locality(common),
                panicThreshold(common),
                overrideStatus(common),
                subsets(cluster.message("lb_subset_config")));
        MessageView policies = cluster.message("load_balancing_policy");
        String name = cluster.enumName("lb_policy");
        if (policies == null && name.equals("LOAD_BALANCING_POLICY_CONFIG")) {
            cluster.error("load_balancing_policy", "required", "lb_policy says it is there", "");
        } else if (policies == null
                && name.equals("CLUSTER_PROVIDED") != (type == Cluster.DiscoveryType.ORIGINAL_DST)) {
            cluster.error("lb_policy", "invalid-value", "CLUSTER_PROVIDED and ORIGINAL_DST go together", "");
        }
        LoadBalancing said = policies == null ? older : PolicyParser.parse(policies, older);
        return said.slowStart() != null ? said : withSlowStart(said, weftSlowStart(cluster));
    }

    /** {@code lb_policy} and the settings beside it. */
    private static LbPolicy named(MessageView cluster, @Nullable MessageView common) {
        cluster.which("lb_config");
        MessageView consistent = common == null ? null : common.message("consistent_hashing_lb_config");
        boolean hostname = consistent != null && consistent.bool("use_hostname_for_hashing");
        LbPolicy leastRequest = leastRequest(cluster.message("least_request_lb_config"));
        LbPolicy ring = ring(cluster.message("ring_hash_lb_config"), hostname);
        LbPolicy maglev = maglev(cluster.message("maglev_lb_config"), hostname);
        String name = cluster.enumName("lb_policy");
        return switch (name) {
            case "ROUND_ROBIN", "LOAD_BALANCING_POLICY_CONFIG" -> new LbPolicy.RoundRobin();
            case "LEAST_REQUEST" -> leastRequest;
            case "RANDOM" -> new LbPolicy.Random();
            case "RING_HASH" -> ring;
            case "MAGLEV" -> maglev;
            case "CLUSTER_PROVIDED" -> new LbPolicy.ClusterProvided();
            default -> {
                cluster.error("lb_policy", "unsupported-value", name + " is not supported", FieldTable.HINT);
                yield new LbPolicy.RoundRobin();
            }
        };
    }

    static LbPolicy leastRequest(@Nullable MessageView config) {
        Integer choices = config == null ? null : config.integerOrNull("choice_count");
        return new LbPolicy.LeastRequest(choices == null ? 2 : Math.max(2, choices));
    }

    /** Of a {@code RingHashLbConfig} or {@code RingHash}: they agree in these fields. */
    static LbPolicy ring(@Nullable MessageView config, boolean hostname) {
        LbPolicy.HashFunction function = LbPolicy.HashFunction.XX_HASH;
        long least = 1024;
        long most = 8 << 20;
        if (config != null) {
            if (config.enumName("hash_function").equals("MURMUR_HASH_2")) {
                function = LbPolicy.HashFunction.MURMUR_HASH_2;
            }
            least = config.number("minimum_ring_size", least);
            most = config.number("maximum_ring_size", most);
            if (least > most) {
                config.error("minimum_ring_size", "out-of-range", "must not be more than maximum_ring_size", "");
            }
        }
        return new LbPolicy.RingHash(Math.max(1, least), Math.max(1, most), function, hostname);
    }

    /** Of a {@code MaglevLbConfig} or {@code Maglev}. */
    static LbPolicy maglev(@Nullable MessageView config, boolean hostname) {
        long size = config == null ? 65537 : config.number("table_size", 65537);
        if (config != null && !BigInteger.valueOf(size).isProbablePrime(CERTAINTY)) {
            config.error("table_size", "invalid-value", "must be a prime", "the default is 65537");
            size = 65537;
        }
        return new LbPolicy.Maglev((int) Math.min(size, Integer.MAX_VALUE), hostname);
    }

    private static LoadBalancing.@Nullable SlowStart olderSlowStart(MessageView cluster) {
        LoadBalancing.SlowStart found = null;
        for (String field : List.of("round_robin_lb_config", "least_request_lb_config")) {
            MessageView config = cluster.message(field);
            found = found != null || config == null ? found : slowStart(config);
        }
        return found;
    }

    /** {@code slow_start_config}, which looks the same everywhere. */
    static LoadBalancing.@Nullable SlowStart slowStart(MessageView config) {
        MessageView view = config.message("slow_start_config");
        if (view == null) {
            return null;
        }
        double aggression = 1;
        MessageView runtime = view.message("aggression");
        if (runtime != null) {
            runtime.string("runtime_key");
            aggression = runtime.decimal("default_value");
            if (!(aggression > 0)) {
                view.error("aggression", "out-of-range", "must be greater than 0", "");
                aggression = 1;
            }
        }
        MessageView least = view.message("min_weight_percent");
        Duration window = view.duration("slow_start_window", Duration.ZERO);
        return window.isZero() || window.isNegative()
                ? null
                : new LoadBalancing.SlowStart(window, aggression, least == null ? 10 : least.decimal("value"));
    }

    /**
     * For policies in which Envoy has no slow start: the cluster's metadata {@code weft: {slow_start: {window: "30s",
     * aggression: 1, min_weight_percent: 10}}}.
     */
    private static LoadBalancing.@Nullable SlowStart weftSlowStart(MessageView cluster) {
        Object said = CommonParser.metadata(cluster, "metadata").of("weft").get("slow_start");
        if (!(said instanceof Map<?, ?> values)) {
            return null;
        }
        Duration window = PolicyParser.duration(values.get("window"));
        double aggression = values.get("aggression") instanceof Double number ? number : 1;
        double least = values.get("min_weight_percent") instanceof Double number ? number : 10;
        if (window == null || window.isZero() || !(aggression > 0) || !(least >= 0 && least <= 100)) {
            cluster.error(
                    "metadata.filter_metadata.weft.slow_start",
                    "invalid-value",
                    "needs a window, an aggression above 0 and a percentage",
                    "for example {\"window\": \"30s\", \"aggression\": 1, \"min_weight_percent\": 10}");
            return null;
        }
        return new LoadBalancing.SlowStart(window, aggression, least);
    }

    private static LoadBalancing withSlowStart(LoadBalancing said, LoadBalancing.@Nullable SlowStart slowStart) {
        return new LoadBalancing(
                said.policy(),
                slowStart,
                said.locality(),
                said.healthyPanicThreshold(),
                said.overrideHostStatus(),
                said.subsets());
    }

    /** Of {@code common_lb_config} or a {@code LocalityLbConfig}: they agree in these fields. */
    static LocalityLb locality(@Nullable MessageView view) {
        String kind = view == null ? null : view.which("locality_config_specifier");
        if (view == null || kind == null) {
            return LocalityLb.DEFAULT;
        }
        if (kind.equals("locality_weighted_lb_config")) {
            return new LocalityLb.Weighted();
        }
        MessageView zone = view.messageOrEmpty(kind);
        MessageView enabled = zone.message("routing_enabled");
        return new LocalityLb.ZoneAware(
                enabled == null ? 100 : enabled.decimal("value"),
                (int) Math.min(zone.number("min_cluster_size", 6), Integer.MAX_VALUE),
                zone.bool("fail_traffic_on_panic"));
    }

    private static double panicThreshold(@Nullable MessageView common) {
        if (common == null) {
            return LoadBalancing.DEFAULT.healthyPanicThreshold();
        }
        common.durationOrNull("update_merge_window"); // Weft applies every update at once
        MessageView threshold = common.message("healthy_panic_threshold");
        return threshold == null ? LoadBalancing.DEFAULT.healthyPanicThreshold() : threshold.decimal("value");
    }

    private static Set<LbEndpoint.HealthStatus> overrideStatus(@Nullable MessageView common) {
        MessageView statuses = common == null ? null : common.message("override_host_status");
        if (statuses == null) {
            return LoadBalancing.USABLE;
        }
        Set<LbEndpoint.HealthStatus> named = EnumSet.noneOf(LbEndpoint.HealthStatus.class);
        for (LbEndpoint.HealthStatus status : LbEndpoint.HealthStatus.values()) { // in the order of their numbers
            if (statuses.numbers("statuses").contains((long) status.ordinal())) {
                named.add(status);
            }
        }
        return named;
    }

    /** Of {@code lb_subset_config} or a {@code Subset}: they agree in these fields. */
    static @Nullable SubsetConfig subsets(@Nullable MessageView view) {
        if (view == null) {
            return null;
        }
        List<SubsetConfig.Selector> selectors = new ArrayList<>();
        for (MessageView selector : view.messages("subset_selectors")) {
            List<String> keys = selector.strings("keys");
            List<String> fewer = selector.strings("fallback_keys_subset");
            SubsetConfig.SelectorFallback fallback =
                    selector.choice("fallback_policy", SubsetConfig.SelectorFallback.values());
            boolean reduces = fallback == SubsetConfig.SelectorFallback.KEYS_SUBSET;
            // As Envoy has it.
            if (reduces == fewer.isEmpty() || !keys.containsAll(fewer) || reduces && fewer.size() >= keys.size()) {
                selector.error(
                        "fallback_keys_subset",
                        "invalid-value",
                        "KEYS_SUBSET, and it alone, needs some of the keys, but not all",
                        "");
                continue;
            }
            selectors.add(new SubsetConfig.Selector(keys, fallback, fewer));
        }
        return selectors.isEmpty()
                ? null // Envoy: without selectors there are no subsets
                : new SubsetConfig(
                        view.choice("fallback_policy", SubsetConfig.Fallback.values()),
                        view.struct("default_subset"),
                        selectors,
                        view.bool("locality_weight_aware"),
                        view.bool("list_as_any"),
                        view.bool("panic_mode_any"));
    }
}
