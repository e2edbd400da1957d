package dev.weft.xdsclient;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.XdsSnapshot;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest resources, by type and name: the bootstrap's, the control plane's last accepted, and secrets we answer
 * ourselves. A static resource cannot be replaced over xDS, as in Envoy. Confined to the control thread.
 */
final class Resources {
    private final Map<ResourceType, Map<String, Accepted<?>>> statics = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Map<String, Accepted<?>>> dynamic = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Map<String, String>> versions = new EnumMap<>(ResourceType.class);
    private Map<String, Secret> own = Map.of();
    private Warming.@Nullable Latest latest; // of what is here now; null = to be made

    Resources(XdsSnapshot bootstrap) {
        for (ResourceType type : ResourceType.values()) {
            statics.put(type, new LinkedHashMap<>());
            dynamic.put(type, new LinkedHashMap<>());
            versions.put(type, new LinkedHashMap<>());
        }
        addStatic(ResourceType.LISTENER, bootstrap.listeners());
        addStatic(ResourceType.ROUTE, bootstrap.routes());
        addStatic(ResourceType.CLUSTER, bootstrap.clusters());
        addStatic(ResourceType.ENDPOINT, bootstrap.endpoints());
        addStatic(ResourceType.SECRET, bootstrap.secrets());
    }

    private void addStatic(ResourceType type, Map<String, ?> values) {
        values.forEach((name, value) -> statics(type).put(name, Accepted.of(name, new byte[0], value, "")));
    }

    private Map<String, Accepted<?>> statics(ResourceType type) {
        return java.util.Objects.requireNonNull(statics.get(type));
    }

    /** What the control plane gave of a type; changed only by {@link #put} and {@link #remove}. */
    Map<String, Accepted<?>> of(ResourceType type) {
        return java.util.Objects.requireNonNull(dynamic.get(type));
    }

    /** Versions of what is held, to be told at a reconnect. */
    Map<String, String> versions(ResourceType type) {
        return java.util.Objects.requireNonNull(versions.get(type));
    }

    void put(ResourceType type, String version, Accepted<?> resource) {
        latest = null;
        of(type).put(resource.name(), resource);
        versions(type).put(resource.name(), version);
    }

    void remove(ResourceType type, String name) {
        latest = null;
        of(type).remove(name);
        versions(type).remove(name);
    }

    boolean isStatic(ResourceType type, String name) {
        return statics(type).containsKey(name);
    }

    /** Replaces the secrets that are ours to answer. */
    void own(Map<String, Secret> secrets) {
        latest = null;
        own = Map.copyOf(secrets);
    }

    @Nullable
    Accepted<?> find(ResourceType type, String name) {
        Accepted<?> resource = statics(type).get(name);
        return resource != null ? resource : of(type).get(name);
    }

    Warming.Latest latest() {
        Warming.Latest known = latest;
        if (known == null) {
            latest = known = merge();
        }
        return known;
    }

    private Warming.Latest merge() {
        Map<String, ClusterLoadAssignment> endpoints = new LinkedHashMap<>();
        merged(ResourceType.ENDPOINT, ClusterLoadAssignment.class)
                .forEach((name, resource) -> endpoints.put(name, resource.value()));
        Map<String, Secret> secrets = new LinkedHashMap<>();
        merged(ResourceType.SECRET, Secret.class).forEach((name, resource) -> secrets.put(name, resource.value()));
        secrets.putAll(own);
        return new Warming.Latest(
                merged(ResourceType.LISTENER, Listener.class),
                merged(ResourceType.ROUTE, RouteConfiguration.class),
                merged(ResourceType.CLUSTER, Cluster.class),
                endpoints,
                secrets);
    }

    /** What a parser made of a message of that type is such a record; a static one was given as such. */
    @SuppressWarnings("unchecked")
    private <T> Map<String, Accepted<T>> merged(ResourceType type, Class<T> record) {
        Map<String, Accepted<T>> all = new LinkedHashMap<>();
        for (Map<String, Accepted<?>> part : java.util.List.of(of(type), statics(type))) {
            part.forEach((name, resource) -> {
                if (!record.isInstance(resource.value())) {
                    throw new IllegalStateException(name + " is no " + record.getSimpleName());
                }
                all.put(name, (Accepted<T>) resource);
            });
        }
        return all;
    }
}
