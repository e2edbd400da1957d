package dev.weft.meshmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How callers treat a Service's endpoints.
 *
 * @param loadBalancer null = not said (least request)
 * @param connectTimeout for one TCP connection, null = not said (1 s)
 * @param requestTimeout for a whole request as Envoy's route timeout means it, null = not said (15 s to response headers),
 *     zero = none
 * @param idleTimeout for an upstream HTTP connection without a stream, or an opaque TCP connection without bytes; null =
 *     not said (1 h), zero = none
 * @param healthCheck null = callers check nothing themselves
 * @param sources the callers for whom the targeted rules of routes are there; empty where a Service or Subset is targeted
 */
public record TrafficPolicy(
        ResourceKey key,
        List<TargetRef> targetRefs,
        @Nullable LoadBalancer loadBalancer,
        @Nullable Duration connectTimeout,
        @Nullable Duration requestTimeout,
        @Nullable Duration idleTimeout,
        @Nullable HealthCheck healthCheck,
        List<Source> sources)
        implements MeshResource {
    public TrafficPolicy {
        targetRefs = List.copyOf(targetRefs);
        sources = List.copyOf(sources);
    }

    /**
     * A Service or Subset of the policy's namespace, or with {@code sources} a route of it.
     *
     * @param portName one port of it ({@code sectionName}), of a route one rule by name; null for all
     */
    public record TargetRef(ResourceKey resource, @Nullable String portName) {}
}
