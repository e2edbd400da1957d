package dev.weft.meshmodel;

import org.jspecify.annotations.Nullable;

/**
 * The Service a route hangs on.
 *
 * @param port one port of it, or null for all
 */
public record ParentRef(ResourceKey service, @Nullable Integer port) {
    /** {@code Service shop/orders port 80}. */
    @Override
    public String toString() {
        return service + (port == null ? "" : " port " + port);
    }
}
