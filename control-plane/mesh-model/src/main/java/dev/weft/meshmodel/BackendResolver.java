package dev.weft.meshmodel;

import dev.weft.meshmodel.BackendRef.Found;
import dev.weft.meshmodel.BackendRef.Invalid;
import dev.weft.meshmodel.BackendRef.Reason;
import dev.weft.meshmodel.BackendRef.Target;

/** Where the backends of routes lead. */
final class BackendResolver {
    private BackendResolver() {}

    /** For the first port of the route's parents for which it is invalid, else for any. */
    static Target resolve(MeshImage image, MeshRoute route, BackendRef backend) {
        Target target = resolve(image, route, backend, 0);
        if (backend.port() != null) {
            return target;
        }
        for (ParentRef parent : route.parentRefs()) {
            Service service = image.service(parent.service());
            if (service == null) {
                continue;
            }
            for (Service.Port port : service.ports()) {
                if (route.layer().isOf(port) && (parent.port() == null || parent.port() == port.port())) {
                    target = resolve(image, route, backend, port.port());
                    if (target instanceof Invalid) {
                        return target;
                    }
                }
            }
        }
        return target;
    }

    static Target resolve(MeshImage image, MeshRoute route, BackendRef backend, int requestPort) {
        ResourceKey wanted = backend.resource();
        boolean isSubset = backend.kind().equals(BackendRef.SUBSET);
        if (!isSubset
                && !backend.kind().equals(BackendRef.SERVICE)
                && !backend.kind().equals(BackendRef.OPEN_SERVICE)) {
            return invalid(Reason.INVALID_KIND, "a " + backend.kind() + " cannot be a backend");
        }
        Subset subset = isSubset && image.get(wanted) instanceof Subset found ? found : null;
        boolean permitted = wanted.namespace().equals(route.key().namespace())
                || image.isGranted(route, wanted)
                || subset != null && image.isGranted(route, subset.service());
        if (!permitted) {
            return invalid(
                    Reason.REF_NOT_PERMITTED,
                    wanted + " is in another namespace, and no ReferenceGrant there permits it");
        }
        if (isSubset && subset == null) {
            return invalid(Reason.BACKEND_NOT_FOUND, "there is no " + wanted);
        }
        ResourceKey key = subset == null ? wanted : subset.service();
        Service service = image.service(key);
        if (service == null) {
            return invalid(Reason.BACKEND_NOT_FOUND, "there is no " + key);
        }
        if (backend.port() == null && backend.kind().equals(BackendRef.SERVICE)) {
            return invalid(Reason.BACKEND_NOT_FOUND, "needs the port of " + key);
        }
        int number = number(backend, service, requestPort);
        Service.Port port = service.port(number);
        if (port == null) {
            return invalid(
                    Reason.BACKEND_NOT_FOUND,
                    backend.port() == null
                            ? "needs the port of " + key + ", which has several"
                            : key + " has no port " + number);
        }
        if (route.layer() != MeshRoute.Layer.HTTP && port.protocol().isHttp()) {
            return invalid(
                    Reason.UNSUPPORTED_PROTOCOL,
                    "port " + number + " of " + key + " is HTTP: it does not take connections as they come");
        }
        return new Found(service, subset, port);
    }

    private static int number(BackendRef backend, Service service, int requestPort) {
        Integer said = backend.port();
        if (said != null) {
            return said;
        }
        return service.ports().size() == 1 ? service.ports().getFirst().port() : requestPort;
    }

    private static Invalid invalid(Reason reason, String problem) {
        return new Invalid(reason, problem);
    }
}
