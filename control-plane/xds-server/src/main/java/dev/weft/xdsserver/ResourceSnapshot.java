package dev.weft.xdsserver;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything one class of proxies is served at one moment. Immutable. Snapshots may share the maps of types that did not
 * change: comparing such types costs nothing.
 */
public final class ResourceSnapshot {
    private final long version;
    private final Map<String, Map<String, XdsResource>> byType;
    private final Map<String, String> typeVersions = new ConcurrentHashMap<>(); // memo

    /**
     * @param version of the whole; grows
     * @param byType resources by type URL and name; not copied, must not change
     */
    public ResourceSnapshot(long version, Map<String, Map<String, XdsResource>> byType) {
        this.version = version;
        this.byType = byType;
    }

    public long version() {
        return version;
    }

    /** Resources of a type by name; empty for an unknown type. */
    public Map<String, XdsResource> resources(String typeUrl) {
        return byType.getOrDefault(typeUrl, Map.of());
    }

    public Map<String, Map<String, XdsResource>> byType() {
        return Collections.unmodifiableMap(byType);
    }

    /** The same resources under another version. */
    public ResourceSnapshot withVersion(long next) {
        return new ResourceSnapshot(next, byType);
    }

    @Nullable
    XdsResource get(String typeUrl, String name) {
        return resources(typeUrl).get(name);
    }

    /** Hash of names and versions of a type: the {@code version_info} of state-of-the-world. */
    String typeVersion(String typeUrl) {
        return typeVersions.computeIfAbsent(typeUrl, url -> {
            long hash = 0;
            for (XdsResource resource : resources(url).values()) {
                // Order does not matter, so the sum of well mixed hashes will do.
                hash += mix(resource.name().hashCode() * 0x9E3779B97F4A7C15L ^ stringHash(resource.version()));
            }
            return Long.toHexString(hash);
        });
    }

    private static long stringHash(String text) {
        long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bit
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** What differs from an earlier snapshot, by type. Types without difference are absent. */
    Map<String, TypeDelta> since(ResourceSnapshot before) {
        return since(before, new DeltaMemo());
    }

    /** The same, where classes share maps and so their differences. */
    Map<String, TypeDelta> since(ResourceSnapshot before, DeltaMemo memo) {
        Map<String, TypeDelta> deltas = new HashMap<>();
        byType.forEach((type, now) -> {
            TypeDelta delta = memo.between(before.resources(type), now);
            if (!delta.isEmpty()) {
                deltas.put(type, delta);
            }
        });
        before.byType.forEach((type, then) -> {
            if (!byType.containsKey(type) && !then.isEmpty()) {
                deltas.put(type, TypeDelta.between(then, Map.of()));
            }
        });
        return deltas;
    }
}
