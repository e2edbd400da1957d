package dev.weft.control;

import dev.weft.analysis.Losses;
import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.sources.LeaseRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes from sources of many resources that would take too much away at once ({@link Losses}): kept until they do not any
 * more, or until somebody lets them through. Leases pass: each is one instance's own word. Confined to the mesh's thread,
 * but for {@link #reasons}.
 */
final class Hold {
    private final Map<ResourceKey, SourceUpdate> pending = new LinkedHashMap<>(); // the newest of each resource
    private volatile List<Diagnostic> reasons = List.of();

    /** Those of the updates, and of the ones kept before, that may be applied to the image now. */
    List<SourceUpdate> admit(MeshImage image, List<SourceUpdate> updates) {
        List<SourceUpdate> free = new ArrayList<>();
        for (SourceUpdate update : updates) {
            switch (update) {
                case SourceUpdate.Upsert upsert
                when isBulk(update) -> pending.put(upsert.resource().key(), update);
                case SourceUpdate.Remove remove when isBulk(update) -> pending.put(remove.key(), update);
                default -> free.add(update);
            }
        }
        if (pending.isEmpty()) {
            return free;
        }
        reasons = List.copyOf(Losses.of(image.apply(free).after().apply(List.copyOf(pending.values()))));
        if (reasons.isEmpty()) {
            free.addAll(pending.values());
            pending.clear();
        }
        return free;
    }

    /** Gives up what is kept, to be applied whatever it takes away. */
    List<SourceUpdate> release() {
        List<SourceUpdate> all = List.copyOf(pending.values());
        pending.clear();
        reasons = List.of();
        return all;
    }

    /** Why something is kept; empty when nothing is. Any thread. */
    List<Diagnostic> reasons() {
        return reasons;
    }

    private static boolean isBulk(SourceUpdate update) {
        return !update.source().equals(LeaseRegistry.SOURCE);
    }
}
