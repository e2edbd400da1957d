package dev.weft.xdsserver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One class of clients: its newest snapshot and its streams. Guarded by itself. */
final class ProxyGroup {
    /**
     * A snapshot and its place among the group's publications: two of one version may follow each other, e.g. when only a
     * certificate was renewed.
     */
    record Published(ResourceSnapshot snapshot, long number) {}

    private @Nullable Published published;
    private final Set<XdsStream> members = new HashSet<>();

    /** Publishers take turns per class (they are one thread); streams may come and go meanwhile. */
    void publish(ResourceSnapshot next, DeltaMemo memo) {
        Map<String, TypeDelta> since;
        Published now;
        List<XdsStream> all;
        synchronized (this) {
            Published before = published;
            since = before == null ? Map.of() : next.since(before.snapshot(), memo); // a stream's first needs none
            now = new Published(next, before == null ? 1 : before.number() + 1);
            published = now;
            all = new ArrayList<>(members);
        }
        for (XdsStream stream : all) {
            stream.offer(this, now, since);
        }
    }

    synchronized @Nullable Published published() {
        return published;
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
