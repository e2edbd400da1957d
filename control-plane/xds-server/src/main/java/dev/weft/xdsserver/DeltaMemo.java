package dev.weft.xdsserver;

import dev.weft.base.JoinedMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * Remembers the last few differences by the maps' identity: a hundred classes that share a map, or the shared part of a
 * joined one, share its difference.
 */
final class DeltaMemo {
    private static final int KEPT = 16;

    private record Entry(Map<String, XdsResource> then, Map<String, XdsResource> now, TypeDelta delta) {}

    private final Deque<Entry> entries = new ArrayDeque<>(); // guarded by this; newest first

    TypeDelta between(Map<String, XdsResource> then, Map<String, XdsResource> now) {
        if (then instanceof JoinedMap<XdsResource> before && now instanceof JoinedMap<XdsResource> after) {
            // While one part is the same object, no name can have moved from one part to the other.
            if (before.own() == after.own()) {
                return remembered(before.shared(), after.shared());
            }
            if (before.shared() == after.shared()) {
                return TypeDelta.between(before.own(), after.own()); // nobody else's
            }
        }
        return remembered(then, now);
    }

    private synchronized TypeDelta remembered(Map<String, XdsResource> then, Map<String, XdsResource> now) {
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
