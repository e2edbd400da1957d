package dev.weft.xdsserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the resources of one type differ between two snapshots.
 *
 * @param changed new or with another version, as they are now
 * @param removed as they were
 */
record TypeDelta(List<XdsResource> changed, List<XdsResource> removed) {
    static TypeDelta between(Map<String, XdsResource> then, Map<String, XdsResource> now) {
        if (then == now) {
            return new TypeDelta(List.of(), List.of());
        }
        List<XdsResource> changed = new ArrayList<>();
        for (XdsResource resource : now.values()) {
            XdsResource old = then.get(resource.name());
            if (old == null || old != resource && !resource.equals(old)) {
                changed.add(resource);
            }
        }
        List<XdsResource> removed = new ArrayList<>();
        for (XdsResource old : then.values()) {
            if (!now.containsKey(old.name())) {
                removed.add(old);
            }
        }
        return new TypeDelta(changed, removed);
    }

    boolean isEmpty() {
        return changed.isEmpty() && removed.isEmpty();
    }
}
