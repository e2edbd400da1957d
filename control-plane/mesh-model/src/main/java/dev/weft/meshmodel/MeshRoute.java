package dev.weft.meshmodel;

import java.util.List;

/** How traffic to a Service is spread: a route of Gateway API whose parents are Services (GAMMA). */
public sealed interface MeshRoute extends MeshResource permits HttpRoute, GrpcRoute, TlsRoute, TcpRoute {
    /** What a route looks at to choose. Routes of different layers do not compete. */
    enum Layer {
        /** Requests, in whatever version of HTTP, gRPC's among them. */
        HTTP,
        /** The server name of a TLS connection. */
        TLS,
        /** Nothing: it takes connections as they come. */
        TCP;

        /** Whether such routes have an effect on a port. */
        public boolean isOf(Service.Port port) {
            return this == HTTP ? port.protocol().mayBeHttp() : !port.protocol().isHttp();
        }
    }

    /** What it hangs on. Without one it has no effect. */
    List<ParentRef> parentRefs();

    /** Its rules, whatever they match by. */
    List<? extends RouteRule<?>> rules();

    /** What it looks at. */
    Layer layer();

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
