package dev.weft.xdsclient;

import dev.weft.xdsmodel.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
     * One resource the control plane gave.
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
            Map<Warming.Need, Rejection> rejections,
            Map<Warming.Need, Instant> updated) {
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
            byName.forEach((name, resource) -> {
                Warming.Need key = new Warming.Need(type, name);
                all.add(new Resource(
                        type,
                        name,
                        resources.versions(type).getOrDefault(name, ""),
                        resource.message(),
                        updated.getOrDefault(key, Instant.EPOCH),
                        serves(publisher.serving(), type, resource),
                        rejections.get(key)));
            });
            rejections.forEach((need, rejection) -> {
                if (need.type() == type && !byName.containsKey(need.name())) {
                    all.add(new Resource(type, need.name(), "", new byte[0], rejection.at(), false, rejection));
                }
            });
        }
        List<String> missing = publisher.missing().stream()
                .map(need -> need.type().messageName() + " " + need.name())
                .sorted()
                .toList();
        return new AdsStatus(
                connected, publisher.isServing(), publisher.snapshot().version(), types, all, missing);
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
