package dev.weft.meshmodel;

import dev.weft.meshmodel.MeshRoute.Layer;
import java.util.ArrayList;
import java.util.List;

/** Which routes say where the traffic to a port of a Service goes. */
public final class AttachedRoutes {
    private AttachedRoutes() {}

    /**
     * The routes of a layer for callers of a namespace, all of one kind, in alphabetical order; empty if they say nothing.
     * Routes of the callers' own namespace stand instead of those of the Service's (GAMMA: consumer over producer).
     */
    public static List<MeshRoute> of(
            MeshImage image, Service service, Service.Port port, String callerNamespace, Layer layer) {
        if (!layer.isOf(port)) {
            return List.of();
        }
        List<MeshRoute> consumer = callerNamespace.equals(service.namespace())
                ? List.of()
                : ofNamespace(image, service, port, callerNamespace, layer);
        return consumer.isEmpty() ? ofNamespace(image, service, port, service.namespace(), layer) : consumer;
    }

    /**
     * Those of one namespace. Rules of HTTP and of gRPC are never merged: where both kinds hang on a port, the kind of the
     * first route by name has it (Gateway API, GRPCRouteSpec.hostnames; documents have no age to go by). Of TCPRoutes, which
     * have nothing to choose by, the first is all.
     */
    private static List<MeshRoute> ofNamespace(
            MeshImage image, Service service, Service.Port port, String namespace, Layer layer) {
        List<MeshRoute> attached = new ArrayList<>();
        MeshRoute first = null;
        for (MeshRoute route : image.routes(service.key())) {
            if (route.layer() == layer
                    && route.key().namespace().equals(namespace)
                    && route.hangsOn(service.key(), port)) {
                attached.add(route);
                first = first == null
                                || route.key().name().compareTo(first.key().name()) < 0
                        ? route
                        : first;
            }
        }
        if (first != null) {
            Kind kind = first.key().kind();
            attached.removeIf(route -> route.key().kind() != kind);
        }
        return layer == Layer.TCP && attached.size() > 1 ? List.of(attached.getFirst()) : attached;
    }

    /** Whether other routes have all the ports that the parent names. */
    public static boolean isDisplaced(MeshImage image, MeshRoute route, ParentRef parent) {
        Service service = image.service(parent.service());
        if (service == null) {
            return false;
        }
        boolean displaced = false;
        for (Service.Port port : service.ports()) {
            if ((parent.port() == null || parent.port() == port.port())
                    && route.layer().isOf(port)) {
                if (ofNamespace(image, service, port, route.key().namespace(), route.layer())
                        .contains(route)) {
                    return false;
                }
                displaced = true;
            }
        }
        return displaced;
    }
}
