package dev.weft.xdsserver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One class of clients: its newest snapshot and its streams. Guarded by itself. */
final class ProxyGroup {
    private @Nullable ResourceSnapshot snapshot;
    private final Set<XdsStream> members = new HashSet<>();

    /** Publishers take turns per class (they are one thread); streams may come and go meanwhile. */
    void publish(ResourceSnapshot next) {
        Map<String, TypeDelta> since;
        List<XdsStream> all;
        synchronized (this) {
            since = next.since(snapshot);
            snapshot = next;
            all = new ArrayList<>(members);
        }
        for (XdsStream stream : all) {
            stream.offer(this, next, since);
        }
    }

    synchronized @Nullable ResourceSnapshot snapshot() {
        return snapshot;
    }

    synchronized int size() {
        return members.size();
    }

    synchronized void add(XdsStream stream) {
        members.add(stream);
    }

    synchronized void remove(XdsStream stream) {
        members.remove(stream);
    }
}
