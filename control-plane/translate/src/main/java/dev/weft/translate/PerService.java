package dev.weft.translate;

import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Messages made of a Service's port and the routes that hang on it. One stays as it is while those routes stay, and with
 * them everything that is neither a workload nor a route of HTTP's layer ({@link MeshImage#frameVersion}): a changed
 * HTTPRoute makes the messages of its Services anew, and no others. Not thread safe.
 *
 * @param <M> what is made
 */
final class PerService<M> {
    private record Made<M>(List<MeshRoute> routes, M message) {}

    private record Key(ResourceKey service, int port, Callers callers) {}

    private static final String ELSEWHERE = "*"; // no namespace is called that

    private final Map<Key, Made<M>> known = new HashMap<>();
    private long frameVersion = -1;
    private long made;

    /** @param callers those of all namespaces that neither own the Service nor have routes to it share a message */
    M of(MeshImage image, Service service, Service.Port port, Callers callers, Supplier<M> maker) {
        if (frameVersion != image.frameVersion()) {
            frameVersion = image.frameVersion();
            known.clear();
        }
        List<MeshRoute> routes = image.routes(service.key());
        String namespace = callers.namespace();
        boolean isOwn = service.namespace().equals(namespace)
                || routes.stream().anyMatch(route -> route.key().namespace().equals(namespace));
        Key key = new Key(service.key(), port.port(), isOwn ? callers : new Callers(ELSEWHERE, callers.admitted()));
        Made<M> before = known.get(key);
        if (before != null && before.routes.equals(routes)) {
            return before.message;
        }
        made++;
        M message = maker.get();
        known.put(key, new Made<>(List.copyOf(routes), message));
        return message;
    }

    /** How many were made so far. */
    long made() {
        return made;
    }
}
