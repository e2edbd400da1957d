package dev.weft.translate;

import dev.weft.meshmodel.HealthCheck;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the traffic policies say about one port of a Service, or of a subset. A policy that names the port decides before one
 * that does not; among equals the alphabetically first that says something decides.
 */
final class ServicePolicy {
    private final List<TrafficPolicy> policies;

    private ServicePolicy(List<TrafficPolicy> policies) {
        this.policies = policies;
    }

    static ServicePolicy of(MeshImage image, Service service, Service.Port port) {
        return of(image, service, null, port);
    }

    /** What is said about a subset goes before what is said about the Service; null = the whole Service. */
    static ServicePolicy of(MeshImage image, Service service, @Nullable Subset subset, Service.Port port) {
        List<TrafficPolicy> policies = new ArrayList<>();
        if (subset != null) {
            add(image, subset.key(), port, policies);
        }
        add(image, service.key(), port, policies);
        return new ServicePolicy(policies);
    }

    private static void add(MeshImage image, ResourceKey resource, Service.Port port, List<TrafficPolicy> policies) {
        List<TrafficPolicy> ofAll = new ArrayList<>();
        for (TrafficPolicy policy : image.policies(resource)) {
            for (TrafficPolicy.TargetRef target : policy.targetRefs()) {
                if (target.resource().equals(resource)) {
                    if (target.portName() == null) {
                        ofAll.add(policy);
                    } else if (target.portName().equals(port.name())) {
                        policies.add(policy);
                    }
                }
            }
        }
        policies.addAll(ofAll);
    }

    LoadBalancer loadBalancer() {
        LoadBalancer said = first(TrafficPolicy::loadBalancer);
        return said == null ? LoadBalancer.DEFAULT : said;
    }

    Duration connectTimeout(Duration fallback) {
        Duration said = first(TrafficPolicy::connectTimeout);
        return said == null ? fallback : said;
    }

    Duration idleTimeout(Duration fallback) {
        Duration said = first(TrafficPolicy::idleTimeout);
        return said == null ? fallback : said;
    }

    @Nullable
    Duration idleTimeoutIfSaid() {
        return first(TrafficPolicy::idleTimeout);
    }

    @Nullable
    Duration requestTimeout() {
        return first(TrafficPolicy::requestTimeout);
    }

    @Nullable
    HealthCheck healthCheck() {
        return first(TrafficPolicy::healthCheck);
    }

    private <T> @Nullable T first(Function<TrafficPolicy, @Nullable T> field) {
        for (TrafficPolicy policy : policies) {
            T said = field.apply(policy);
            if (said != null) {
                return said;
            }
        }
        return null;
    }
}
