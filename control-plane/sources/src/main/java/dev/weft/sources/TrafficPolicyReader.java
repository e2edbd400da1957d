package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.TrafficPolicy.TargetRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code weft.dev/v1 TrafficPolicy}. */
final class TrafficPolicyReader {
    private static final List<Kind> TARGETS = List.of(Kind.SERVICE, Kind.SUBSET, Kind.HTTP_ROUTE, Kind.GRPC_ROUTE);

    private TrafficPolicyReader() {}

    static TrafficPolicy read(ResourceKey key, FieldReader spec) {
        List<TargetRef> targets = new ArrayList<>();
        List<FieldReader> items = spec.objects("targetRefs");
        for (FieldReader item : items) {
            ResourceKey target = target(key, item);
            targets.add(new TargetRef(target, item.string("sectionName")));
        }
        if (items.isEmpty()) {
            spec.missing("targetRefs");
        }
        FieldReader timeouts = spec.object("timeouts");
        Duration connect = timeouts == null ? null : timeouts.duration("connect");
        if (timeouts != null && connect != null && connect.isZero()) {
            timeouts.findings()
                    .error("out-of-range", timeouts.at("connect"), "must be more than zero", "remove it for 1s");
        }
        return new TrafficPolicy(
                key,
                targets,
                LoadBalancerReader.read(spec.object("loadBalancer")),
                connect,
                duration(timeouts, "request"),
                duration(timeouts, "idle"),
                HealthCheckReader.read(spec.object("healthCheck")),
                SourceReader.read(key, spec, targets));
    }

    private static ResourceKey target(ResourceKey key, FieldReader item) {
        String group = Objects.requireNonNullElse(item.string("group"), "");
        String kind = Objects.requireNonNullElse(item.string("kind"), "Service");
        String name = item.requiredString("name");
        for (Kind target : TARGETS) {
            if (target.documentName().equals(kind) && target.group().equals(group)) {
                return new ResourceKey(target, key.namespace(), name);
            }
        }
        item.findings()
                .error(
                        "bad-value",
                        item.path(),
                        "only a Service, a Subset, an HTTPRoute or a GRPCRoute can be targeted",
                        "group: \"\" of a Service, weft.dev of a Subset, " + Kind.HTTP_ROUTE.group() + " of a route");
        return new ResourceKey(Kind.SERVICE, key.namespace(), name);
    }

    private static @Nullable Duration duration(@Nullable FieldReader timeouts, String name) {
        return timeouts == null ? null : timeouts.duration(name);
    }
}
