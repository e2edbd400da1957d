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
                HealthCheckReader.read(spec.object("healthCheck")));
    }

    private static ResourceKey target(ResourceKey key, FieldReader item) {
        String group = Objects.requireNonNullElse(item.string("group"), "");
        String kind = Objects.requireNonNullElse(item.string("kind"), "Service");
        boolean isSubset = kind.equals("Subset") && group.equals(Kind.SUBSET.group());
        if (!isSubset && !(kind.equals("Service") && group.isEmpty())) {
            item.findings()
                    .error(
                            "bad-value",
                            item.path(),
                            "only a Service or a Subset can be targeted",
                            "kind: Service, group: \"\", or kind: Subset, group: weft.dev");
        }
        return new ResourceKey(isSubset ? Kind.SUBSET : Kind.SERVICE, key.namespace(), item.requiredString("name"));
    }

    private static @Nullable Duration duration(@Nullable FieldReader timeouts, String name) {
        return timeouts == null ? null : timeouts.duration(name);
    }
}
