package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A destination of a route's rule.
 *
 * @param port of the Service; null = not said, which is an invalid reference (Gateway API needs it)
 * @param weight relative to the rule's other backends, 0 to 1 000 000
 */
public record BackendRef(ResourceKey service, @Nullable Integer port, int weight, List<RouteFilter> filters) {
    public BackendRef {
        filters = List.copyOf(filters);
    }
}
