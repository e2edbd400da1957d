package dev.weft.meshmodel;

import java.util.ArrayList;
import java.util.List;

/** Which routes say where the requests to a port of a Service go. */
public final class AttachedRoutes {
    private AttachedRoutes() {}

    /**
     * The routes for callers of a namespace, all of one kind, in alphabetical order; empty if requests simply go to the
     * Service. Routes of the callers' own namespace stand instead of those of the Service's (GAMMA: consumer over producer).
     */
    public static List<MeshRoute> of(MeshImage image, Service service, Service.Port port, String callerNamespace) {
        List<MeshRoute> consumer = callerNamespace.equals(service.namespace())
                ? List.of()
                : ofNamespace(image, service, port, callerNamespace);
        return consumer.isEmpty() ? ofNamespace(image, service, port, service.namespace()) : consumer;
    }

    /**
     * Those of one namespace. Rules of HTTP and of gRPC are never merged: where both kinds hang on a port, the kind of the
     * first route by name has it (Gateway API, GRPCRouteSpec.hostnames; documents have no age to go by).
     */
    private static List<MeshRoute> ofNamespace(MeshImage image, Service service, Service.Port port, String namespace) {
        List<MeshRoute> attached = new ArrayList<>();
        MeshRoute first = null;
        for (MeshRoute route : image.routes(service.key())) {
            if (route.key().namespace().equals(namespace) && route.hangsOn(service.key(), port)) {
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
        return attached;
    }

    /** Whether routes of another kind have all the ports that the parent names. */
    public static boolean isDisplaced(MeshImage image, MeshRoute route, ParentRef parent) {
        Service service = image.service(parent.service());
        if (service == null) {
            return false;
        }
        boolean displaced = false;
        for (Service.Port port : service.ports()) {
            if (parent.port() == null || parent.port() == port.port()) {
                if (ofNamespace(image, service, port, route.key().namespace()).contains(route)) {
                    return false;
                }
                displaced = true;
            }
        }
        return displaced;
    }
}
