package dev.weft.xdsserver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** Remembers the last few differences by the maps' identity: a hundred classes that share a map share its difference. */
final class DeltaMemo {
    private static final int KEPT = 16;

    private record Entry(Map<String, XdsResource> then, Map<String, XdsResource> now, TypeDelta delta) {}

    private final Deque<Entry> entries = new ArrayDeque<>(); // guarded by this; newest first

    synchronized TypeDelta between(Map<String, XdsResource> then, Map<String, XdsResource> now) {
        for (Entry entry : entries) {
            if (entry.then == then && entry.now == now) {
                return entry.delta;
            }
        }
        TypeDelta delta = TypeDelta.between(then, now);
        if (then != now) {
            entries.addFirst(new Entry(then, now, delta));
            if (entries.size() > KEPT) {
                entries.removeLast();
            }
        }
        return delta;
    }
}
