package dev.weft.meshmodel;

import java.util.List;

/** How traffic to a Service is spread: a route of Gateway API whose parents are Services (GAMMA). */
public sealed interface MeshRoute extends MeshResource permits HttpRoute, GrpcRoute {
    /** What it hangs on. Without one it has no effect. */
    List<ParentRef> parentRefs();

    /** Its rules, whatever they match by. */
    List<? extends RouteRule<?>> rules();

    /** Whether it hangs on this port of this Service. */
    default boolean hangsOn(ResourceKey service, Service.Port port) {
        for (ParentRef parent : parentRefs()) {
            if (parent.service().equals(service) && (parent.port() == null || parent.port() == port.port())) {
                return true;
            }
        }
        return false;
    }
}
