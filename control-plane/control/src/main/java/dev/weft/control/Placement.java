package dev.weft.control;

import dev.weft.xdsserver.ResourceSnapshot;
import dev.weft.xdsserver.XdsServer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * One change of the mesh, told to all streams: new snapshots of classes, and streams that belong to other classes now. A
 * stream that moves does not see what its former class has become: it leaves before that is published. Confined to the mesh's
 * thread.
 */
final class Placement {
    private final XdsServer server;
    private final Map<Long, String> classes; // of streams, kept up to date
    private final Map<String, List<Long>> coming = new HashMap<>();
    private final Map<String, Integer> leaving = new HashMap<>();

    /** @param classes of the streams so far */
    Placement(XdsServer server, Map<Long, String> classes) {
        this.server = server;
        this.classes = classes;
    }

    /** The stream belongs to this class now, perhaps as before. */
    void put(long stream, String key) {
        String before = classes.get(stream);
        if (!key.equals(before)) {
            coming.computeIfAbsent(key, k -> new ArrayList<>()).add(stream);
            if (before != null) {
                leaving.merge(before, 1, Integer::sum);
            }
        }
    }

    /** @return whether there was a class to publish for */
    boolean publish(Set<String> inUse, Function<String, ResourceSnapshot> translation) {
        Set<String> keys = new LinkedHashSet<>(inUse);
        keys.addAll(coming.keySet());
        // All classes are translated before the first is told: a caller and its callee move close together.
        Map<String, ResourceSnapshot> left = new LinkedHashMap<>();
        keys.forEach(key -> left.put(key, translation.apply(key)));
        boolean any = !left.isEmpty();
        Deque<String> ready = new ArrayDeque<>(keys);
        ready.removeIf(leaving::containsKey);
        while (!left.isEmpty()) {
            // Where streams change places in a ring, those of one class see its new snapshot before they leave it.
            String key = ready.isEmpty() ? left.keySet().iterator().next() : ready.remove();
            ResourceSnapshot snapshot = left.remove(key);
            if (snapshot != null) {
                server.publish(key, snapshot);
                move(coming.getOrDefault(key, List.of()), key, ready);
            }
        }
        return any;
    }

    private void move(List<Long> streams, String key, Deque<String> ready) {
        for (long stream : streams) {
            String before = classes.put(stream, key);
            server.move(stream, key);
            if (before != null && leaving.merge(before, -1, Integer::sum) == 0) {
                ready.add(Objects.requireNonNull(before));
            }
        }
    }
}
