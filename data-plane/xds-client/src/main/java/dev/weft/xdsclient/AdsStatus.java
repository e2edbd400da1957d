package dev.weft.xdsclient;

import dev.weft.xdsmodel.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the subscription stands, for admin pages and metrics.
 *
 * @param connected whether the control plane answers
 * @param serving whether a first complete snapshot serves
 * @param snapshotVersion counts the snapshots applied
 * @param missing what is waited for, as {@code type name}
 */
public record AdsStatus(
        boolean connected,
        boolean serving,
        long snapshotVersion,
        Map<ResourceType, TypeStatus> types,
        List<Resource> resources,
        List<String> missing) {
    /**
     * @param accepted responses accepted whole
     * @param rejected responses with at least one refused resource
     * @param warnings advisory fields and the like
     * @param version of the last response
     * @param lastError null = never refused any
     */
    public record TypeStatus(
            long accepted,
            long rejected,
            long warnings,
            int resources,
            String version,
            @Nullable String lastError) {}

    /**
     * One version of a resource the control plane gave. A newer one that waits for what it references stands behind the one
     * that serves meanwhile.
     *
     * @param version as the control plane names it; empty if it was taken back
     * @param message protobuf bytes; the callee's to read only
     * @param serves whether this very version serves
     * @param rejection why a newer version was refused; null = none was
     */
    public record Resource(
            ResourceType type,
            String name,
            String version,
            byte[] message,
            Instant updated,
            boolean serves,
            @Nullable Rejection rejection) {}

    /** Why and when a resource was refused. */
    public record Rejection(String reason, Instant at) {}

    /** Counts while running; confined to the control thread. */
    static final class Counts {
        long accepted;
        long rejected;
        long warnings;
        String lastVersion = "";

        @Nullable
        String lastError;
    }

    static AdsStatus of(
            boolean connected,
            Publisher publisher,
            Resources resources,
            Map<ResourceType, Counts> counts,
            Map<Warming.Need, Rejection> rejections) {
        Map<ResourceType, TypeStatus> types = new EnumMap<>(ResourceType.class);
        List<Resource> all = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            Counts count = counts.getOrDefault(type, new Counts());
            Map<String, Accepted<?>> byName = resources.of(type);
            types.put(
                    type,
                    new TypeStatus(
                            count.accepted,
                            count.rejected,
                            count.warnings,
                            byName.size(),
                            count.lastVersion,
                            count.lastError));
            Set<String> names = new LinkedHashSet<>(byName.keySet());
            rejections.keySet().stream().filter(need -> need.type() == type).forEach(need -> names.add(need.name()));
            Map<String, ? extends Accepted<?>> serving = serving(publisher.serving(), type);
            names.addAll(serving.keySet());
            for (String name : names) {
                Rejection rejection = rejections.get(new Warming.Need(type, name));
                Accepted<?> latest = byName.get(name);
                Accepted<?> old = serving.get(name);
                List<Resource> versions = new ArrayList<>();
                if (old != null && old != latest && old.message().length > 0) {
                    versions.add(resource(type, old, old.version(), true, rejection));
                }
                if (latest != null && !publisher.isRefused(latest)) {
                    String version = resources.versions(type).getOrDefault(name, "");
                    boolean serves = serves(publisher.serving(), type, latest);
                    versions.add(resource(type, latest, version, serves, versions.isEmpty() ? rejection : null));
                }
                if (versions.isEmpty() && rejection != null) {
                    versions.add(new Resource(type, name, "", new byte[0], rejection.at(), false, rejection));
                }
                all.addAll(versions);
            }
        }
        List<String> missing = publisher.missing().stream()
                .map(need -> need.type().messageName() + " " + need.name())
                .sorted()
                .toList();
        return new AdsStatus(
                connected, publisher.isServing(), publisher.snapshot().version(), types, all, missing);
    }

    private static Resource resource(
            ResourceType type, Accepted<?> resource, String version, boolean serves, @Nullable Rejection rejection) {
        return new Resource(type, resource.name(), version, resource.message(), resource.at(), serves, rejection);
    }

    /** What serves of the types that may serve in an older version than the latest. */
    private static Map<String, ? extends Accepted<?>> serving(Warming.Serving serving, ResourceType type) {
        return switch (type) {
            case LISTENER -> serving.listeners();
            case ROUTE -> serving.routes();
            case CLUSTER -> serving.clusters();
            case ENDPOINT, SECRET -> Map.of();
        };
    }

    private static boolean serves(Warming.Serving serving, ResourceType type, Accepted<?> resource) {
        return switch (type) {
            case LISTENER -> serving.listeners().get(resource.name()) == resource;
            case ROUTE -> serving.routes().get(resource.name()) == resource;
            case CLUSTER -> serving.clusters().get(resource.name()) == resource;
            case ENDPOINT -> serving.endpoints().get(resource.name()) == resource.value();
            case SECRET -> serving.secrets().get(resource.name()) == resource.value();
        };
    }
}
