package dev.weft.sources;

import dev.weft.meshmodel.ReferenceGrant;
import dev.weft.meshmodel.ReferenceGrant.From;
import dev.weft.meshmodel.ReferenceGrant.To;
import dev.weft.meshmodel.ResourceKey;
import java.util.ArrayList;
import java.util.List;

/** {@code gateway.networking.k8s.io/v1 ReferenceGrant}. */
final class ReferenceGrantReader {
    private ReferenceGrantReader() {}

    static ReferenceGrant read(ResourceKey key, FieldReader spec) {
        List<From> from = new ArrayList<>();
        for (FieldReader item : required(spec, "from")) {
            from.add(new From(group(item), item.requiredString("kind"), item.requiredString("namespace")));
        }
        List<To> to = new ArrayList<>();
        for (FieldReader item : required(spec, "to")) {
            to.add(new To(group(item), item.requiredString("kind"), item.string("name")));
        }
        return new ReferenceGrant(key, from, to);
    }

    private static List<FieldReader> required(FieldReader spec, String field) {
        List<FieldReader> items = spec.objects(field);
        if (items.isEmpty()) {
            spec.missing(field);
        }
        return items;
    }

    /** Must be there, and is empty for Kubernetes' core group. */
    private static String group(FieldReader item) {
        String group = item.string("group");
        if (group == null && !item.has("group")) {
            item.missing("group");
        }
        return group == null || group.equals("core") ? "" : group;
    }
}
