package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Services a VirtualService is about, as parents of its routes. */
record IstioParents(IstioSketch sketch, List<ResourceKey> services, String origin) {
    /** @param port null = all */
    List<Object> refs(@Nullable Integer port) {
        List<Object> refs = sketch.list(origin);
        for (ResourceKey service : services) {
            boolean own = service.namespace().equals(sketch.namespace());
            refs.add(sketch.map(
                    origin,
                    "group",
                    "",
                    "kind",
                    "Service",
                    "name",
                    service.name(),
                    "namespace",
                    own ? null : service.namespace(),
                    "port",
                    port));
        }
        return refs;
    }
}
