package dev.weft.xdsmodel;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a cluster says of its balancer to {@link LoadBalancing}. */
final class BalancingParser {
    private static final String POLICIES = "envoy.extensions.load_balancing_policies.";

    private BalancingParser() {}

    static LoadBalancing parse(MessageView cluster, Cluster.DiscoveryType type) {
        MessageView common = cluster.message("common_lb_config");
        return new LoadBalancing(policy(cluster, type), panicThreshold(common), overrideStatus(common));
    }

    /** {@code load_balancing_policy} stands above {@code lb_policy}; its first known policy is taken. */
    private static LbPolicy policy(MessageView cluster, Cluster.DiscoveryType type) {
        LbPolicy older = named(cluster, type);
        MessageView policies = cluster.message("load_balancing_policy");
        if (policies != null) {
            return extension(policies);
        }
        if (cluster.enumName("lb_policy").equals("LOAD_BALANCING_POLICY_CONFIG")) {
            cluster.error("load_balancing_policy", "required", "lb_policy says it is there", "");
            return older;
        }
        boolean provided = older instanceof LbPolicy.ClusterProvided;
        if (provided != (type == Cluster.DiscoveryType.ORIGINAL_DST)) {
            cluster.error("lb_policy", "invalid-value", "CLUSTER_PROVIDED and ORIGINAL_DST go together", "");
        }
        return older;
    }

    /** {@code lb_policy} and the settings beside it. */
    private static LbPolicy named(MessageView cluster, Cluster.DiscoveryType type) {
        cluster.which("lb_config");
        MessageView leastRequest = cluster.message("least_request_lb_config");
        for (String other : List.of("ring_hash_lb_config", "maglev_lb_config")) {
            if (cluster.message(other) != null) {
                CommonParser.unsupported(cluster, other);
            }
        }
        String name = cluster.enumName("lb_policy");
        return switch (name) {
            case "ROUND_ROBIN", "LOAD_BALANCING_POLICY_CONFIG" -> new LbPolicy.RoundRobin();
            case "LEAST_REQUEST" -> leastRequest(leastRequest);
            case "RANDOM" -> new LbPolicy.Random();
            case "CLUSTER_PROVIDED" -> new LbPolicy.ClusterProvided();
            default -> {
                cluster.error("lb_policy", "unsupported-value", name + " is not supported", FieldTable.HINT);
                yield new LbPolicy.RoundRobin();
            }
        };
    }

    private static LbPolicy.LeastRequest leastRequest(@Nullable MessageView config) {
        Integer choices = config == null ? null : config.integerOrNull("choice_count");
        return new LbPolicy.LeastRequest(choices == null ? 2 : Math.max(2, choices));
    }

    private static LbPolicy extension(MessageView view) {
        LbPolicy chosen = null;
        for (MessageView policy : view.messages("policies")) {
            MessageView extension = policy.messageOrEmpty("typed_extension_config");
            extension.string("name");
            MessageView any = extension.message("typed_config");
            MessageView payload = any == null ? null : any.payload();
            if (payload == null) {
                continue;
            }
            if (chosen == null) {
                chosen = known(payload);
            }
            payload.askAll(); // of a policy that was passed over nothing is used
        }
        if (chosen == null) {
            view.error("policies", "unsupported-value", "none of these policies is supported", FieldTable.HINT);
            return new LbPolicy.RoundRobin();
        }
        return chosen;
    }

    private static @Nullable LbPolicy known(MessageView payload) {
        String name = payload.type().fullName();
        return switch (name.startsWith(POLICIES) ? name.substring(POLICIES.length()) : "") {
            case "round_robin.v3.RoundRobin" -> new LbPolicy.RoundRobin();
            case "least_request.v3.LeastRequest" -> leastRequest(payload);
            case "random.v3.Random" -> new LbPolicy.Random();
            case "cluster_provided.v3.ClusterProvided" -> new LbPolicy.ClusterProvided();
            default -> null;
        };
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
}
