package dev.weft.meshmodel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What follows from all documents but workloads, by what it is asked for. Images that differ in workloads alone share one. Immutable. */
final class Configuration {
    final MeshSettings settings;
    final List<Service> services;
    final ServiceIndex serviceIndex;
    final List<ReferenceGrant> grants;
    final List<TrafficPolicy> sourcePolicies;
    final @Nullable Set<String> localityLabels;
    private final Map<ResourceKey, List<MeshRoute>> routes;
    private final Map<ResourceKey, List<Subset>> subsets;
    private final Map<ResourceKey, List<TrafficPolicy>> policies;
    private final Map<ResourceKey, List<FaultPolicy>> faults;

    Configuration(Collection<MeshResource> resources) {
        List<MeshSettings> all = sorted(resources, MeshSettings.class);
        settings = all.isEmpty() ? MeshSettings.DEFAULT : all.getFirst();
        services = sorted(resources, Service.class);
        serviceIndex = new ServiceIndex(services);
        grants = sorted(resources, ReferenceGrant.class);
        routes = by(
                sorted(resources, MeshRoute.class),
                route -> route.parentRefs().stream().map(ParentRef::service));
        subsets = by(sorted(resources, Subset.class), subset -> Stream.of(subset.service()));
        List<TrafficPolicy> said = sorted(resources, TrafficPolicy.class);
        policies = by(said, policy -> policy.targetRefs().stream().map(TrafficPolicy.TargetRef::resource));
        sourcePolicies =
                said.stream().filter(policy -> !policy.sources().isEmpty()).toList();
        localityLabels = localityLabels(said);
        faults = by(
                sorted(resources, FaultPolicy.class),
                policy -> policy.targets().stream().map(FaultPolicy.Target::resource));
    }

    List<MeshRoute> routes(ResourceKey parent) {
        return of(routes, parent);
    }

    List<Subset> subsets(ResourceKey service) {
        return of(subsets, service);
    }

    List<TrafficPolicy> policies(ResourceKey target) {
        return of(policies, target);
    }

    List<FaultPolicy> faults(ResourceKey target) {
        return of(faults, target);
    }

    private static <T> List<T> of(Map<ResourceKey, List<T>> index, ResourceKey key) {
        return Collections.unmodifiableList(index.getOrDefault(key, List.of()));
    }

    private static <T> Map<ResourceKey, List<T>> by(List<T> all, Function<T, Stream<ResourceKey>> keys) {
        Map<ResourceKey, List<T>> index = new HashMap<>();
        for (T one : all) {
            keys.apply(one)
                    .distinct()
                    .forEach(key ->
                            index.computeIfAbsent(key, k -> new ArrayList<>()).add(one));
        }
        return index;
    }

    private static @Nullable Set<String> localityLabels(List<TrafficPolicy> policies) {
        Set<String> labels = null;
        for (TrafficPolicy policy : policies) {
            LoadBalancer balancer = policy.loadBalancer();
            if (balancer != null && balancer.locality() != null) {
                labels = labels == null ? new HashSet<>() : labels;
                for (String label : balancer.locality().failoverPriority()) {
                    int equals = label.indexOf('=');
                    labels.add(equals < 0 ? label : label.substring(0, equals));
                }
            }
        }
        return labels;
    }

    /** Those of one type, by key. */
    static <T extends MeshResource> List<T> sorted(Collection<MeshResource> resources, Class<T> type) {
        List<T> found = new ArrayList<>();
        for (MeshResource resource : resources) {
            if (type.isInstance(resource)) {
                found.add(type.cast(resource));
            }
        }
        found.sort((a, b) -> a.key().compareTo(b.key()));
        return found;
    }
}
