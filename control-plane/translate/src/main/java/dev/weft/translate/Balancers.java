package dev.weft.translate;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.LoadBalancer.Policy;
import dev.weft.meshmodel.LoadBalancer.Warmup;
import dev.weft.meshmodel.LocalityPreference;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.type.v3.Percent;
import java.math.BigDecimal;

/**
 * How endpoints are picked, on the cluster. What Envoy has is said in its words; what it does not have is a first entry of a
 * list of policies that it passes over for the next one (decision: docs/adr/0007).
 */
final class Balancers {
    private Balancers() {}

    static void apply(Cluster.Builder cluster, LoadBalancer balancer) {
        Warmup warmup = balancer.warmup();
        cluster.setLbPolicy(
                switch (balancer.policy()) {
                    case ROUND_ROBIN -> Cluster.LbPolicy.ROUND_ROBIN;
                    case LEAST_REQUEST, PEAK_EWMA -> Cluster.LbPolicy.LEAST_REQUEST;
                    case RANDOM -> Cluster.LbPolicy.RANDOM;
                    case RING_HASH -> Cluster.LbPolicy.RING_HASH;
                    case MAGLEV -> Cluster.LbPolicy.MAGLEV;
                });
        LocalityPreference locality = balancer.locality();
        if (locality != null && !locality.distribute().isEmpty()) {
            cluster.getCommonLbConfigBuilder()
                    .setLocalityWeightedLbConfig(Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance());
        }
        if (balancer.policy() == Policy.PEAK_EWMA || balancer.aperture() > 0) {
            cluster.setLoadBalancingPolicy(list(balancer));
        } else if (balancer.policy() == Policy.RING_HASH && balancer.tableSize() > 0) {
            cluster.setRingHashLbConfig(
                    Cluster.RingHashLbConfig.newBuilder().setMinimumRingSize(UInt64Value.of(balancer.tableSize())));
        } else if (balancer.policy() == Policy.MAGLEV && balancer.tableSize() > 0) {
            cluster.setMaglevLbConfig(
                    Cluster.MaglevLbConfig.newBuilder().setTableSize(UInt64Value.of(balancer.tableSize())));
        } else if (balancer.policy() == Policy.ROUND_ROBIN && warmup != null) {
            cluster.setRoundRobinLbConfig(
                    Cluster.RoundRobinLbConfig.newBuilder().setSlowStartConfig(slowStart(warmup)));
            return;
        } else if (balancer.policy() == Policy.LEAST_REQUEST && warmup != null) {
            cluster.setLeastRequestLbConfig(
                    Cluster.LeastRequestLbConfig.newBuilder().setSlowStartConfig(slowStart(warmup)));
            return;
        }
        if (warmup != null) { // Envoy has no field for it with these policies
            cluster.setMetadata(withSlowStart(cluster.getMetadata(), warmup));
        }
    }

    private static Cluster.SlowStartConfig slowStart(Warmup warmup) {
        return Cluster.SlowStartConfig.newBuilder()
                .setSlowStartWindow(Protos.duration(warmup.duration()))
                .setAggression(RuntimeDouble.newBuilder()
                        .setDefaultValue(warmup.aggression())
                        .setRuntimeKey("weft.slow_start.aggression")) // Envoy wants one
                .setMinWeightPercent(Percent.newBuilder().setValue(warmup.minimumPercent()))
                .build();
    }

    private static Metadata withSlowStart(Metadata metadata, Warmup warmup) {
        Struct said = Struct.newBuilder()
                .putFields("window", Protos.text(seconds(warmup)))
                .putFields(
                        "aggression",
                        Value.newBuilder().setNumberValue(warmup.aggression()).build())
                .putFields(
                        "min_weight_percent",
                        Value.newBuilder()
                                .setNumberValue(warmup.minimumPercent())
                                .build())
                .build();
        Struct weft = metadata.getFilterMetadataOrDefault("weft", Struct.getDefaultInstance()).toBuilder()
                .putFields("slow_start", Value.newBuilder().setStructValue(said).build())
                .build();
        return metadata.toBuilder().putFilterMetadata("weft", weft).build();
    }

    /** As protobuf's JSON writes a duration. */
    private static String seconds(Warmup warmup) {
        return BigDecimal.valueOf(warmup.duration().toMillis(), 3)
                        .stripTrailingZeros()
                        .toPlainString() + "s";
    }

    private static LoadBalancingPolicy list(LoadBalancer balancer) {
        LoadBalancingPolicy.Builder list = LoadBalancingPolicy.newBuilder();
        if (balancer.aperture() > 0) {
            list.addPolicies(entry(
                    "weft.aperture",
                    ours(
                            "weft.dev.Aperture",
                            "size",
                            Value.newBuilder()
                                    .setNumberValue(balancer.aperture())
                                    .build())));
        }
        if (balancer.policy() == Policy.PEAK_EWMA) {
            list.addPolicies(entry("weft.peak_ewma", ours("weft.dev.PeakEwma", "decay_time", Protos.text("10s"))));
        }
        UInt64Value size = UInt64Value.of(balancer.tableSize());
        boolean sized = balancer.tableSize() > 0;
        Message stock = switch (balancer.policy()) {
            case ROUND_ROBIN -> RoundRobin.getDefaultInstance();
            case LEAST_REQUEST, PEAK_EWMA ->
                LeastRequest.newBuilder().setChoiceCount(UInt32Value.of(2)).build();
            case RANDOM -> Random.getDefaultInstance();
            case RING_HASH ->
                sized ? RingHash.newBuilder().setMinimumRingSize(size).build() : RingHash.getDefaultInstance();
            case MAGLEV -> sized ? Maglev.newBuilder().setTableSize(size).build() : Maglev.getDefaultInstance();
        };
        return list.addPolicies(entry("envoy.stock", stock)).build();
    }

    private static LoadBalancingPolicy.Policy entry(String name, Message config) {
        return LoadBalancingPolicy.Policy.newBuilder()
                .setTypedExtensionConfig(
                        TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(Protos.pack(config)))
                .build();
    }

    private static TypedStruct ours(String type, String field, Value value) {
        return TypedStruct.newBuilder()
                .setTypeUrl("type.googleapis.com/" + type)
                .setValue(Struct.newBuilder().putFields(field, value))
                .build();
    }

    /** What a route to such a cluster has to hash. */
    static HashPolicy hashPolicy(LoadBalancer.HashKey key) {
        HashPolicy.Builder policy = HashPolicy.newBuilder();
        return switch (key) {
            case LoadBalancer.Header header ->
                policy.setHeader(HashPolicy.Header.newBuilder().setHeaderName(header.name()))
                        .build();
            case LoadBalancer.Cookie cookie -> {
                HashPolicy.Cookie.Builder given =
                        HashPolicy.Cookie.newBuilder().setName(cookie.name()).setPath(cookie.path());
                if (cookie.ttl() != null) {
                    given.setTtl(Protos.duration(cookie.ttl()));
                }
                yield policy.setCookie(given).build();
            }
            case LoadBalancer.SourceAddress address ->
                policy.setConnectionProperties(
                                HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true))
                        .build();
            case LoadBalancer.QueryParameter parameter ->
                policy.setQueryParameter(HashPolicy.QueryParameter.newBuilder().setName(parameter.name()))
                        .build();
        };
    }
}
