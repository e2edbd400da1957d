package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.AttachedRoutes;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.TcpRoute;
import dev.weft.meshmodel.TlsRoute;
import java.util.List;
import java.util.function.Predicate;

/** Checks of routes: what they hang on, and where they lead. */
final class RouteChecks {
    private RouteChecks() {}

    static void check(MeshImage image, Findings findings) {
        for (MeshRoute route : image.routes()) {
            for (int i = 0; i < route.parentRefs().size(); i++) {
                checkParent(image, route, route.parentRefs().get(i), "spec.parentRefs[" + i + "]", findings);
            }
            for (int i = 0; i < route.rules().size(); i++) {
                checkRule(image, route, route.rules().get(i), "spec.rules[" + i + "]", findings);
            }
        }
    }

    private static void checkParent(
            MeshImage image, MeshRoute route, ParentRef parent, String path, Findings findings) {
        Service service = image.service(parent.service());
        Integer port = parent.port();
        if (service == null) {
            findings.warning(
                    "dangling-parent",
                    route.key(),
                    path,
                    "there is no " + parent.service(),
                    "the route has no effect until there is");
        } else if (port != null && service.port(port) == null) {
            findings.warning(
                    "dangling-parent",
                    route.key(),
                    path,
                    parent.service() + " has no port " + port,
                    "the route has no effect until it has");
        } else if (service.ports().stream().noneMatch(p -> isRouted(route, parent, p))) {
            boolean http = route.layer() == MeshRoute.Layer.HTTP;
            findings.warning(
                    http ? "route-on-opaque-port" : "route-on-http-port",
                    route.key(),
                    path,
                    "the port it hangs on is " + (http ? "not " : "") + "HTTP, so the route has no effect",
                    http ? "declare appProtocol: http on the Service's port if it is" : "use an HTTPRoute");
        } else if (AttachedRoutes.isDisplaced(image, route, parent)) {
            findings.warning(
                    "route-conflict",
                    route.key(),
                    path,
                    "other routes come first by name and have " + parent,
                    "HTTPRoutes and GRPCRoutes of one port are not merged, and of TCPRoutes the first has it");
        }
    }

    private static boolean isRouted(MeshRoute route, ParentRef parent, Service.Port port) {
        return (parent.port() == null || parent.port() == port.port())
                && route.layer().isOf(port);
    }

    private static void checkRule(MeshImage image, MeshRoute route, RouteRule<?> rule, String path, Findings findings) {
        String error = switch (route) {
            case HttpRoute http -> "500";
            case GrpcRoute grpc -> "UNAVAILABLE";
            case TlsRoute tls -> "a closed connection";
            case TcpRoute tcp -> "a closed connection";
        };
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            BackendRef backend = rule.backendRefs().get(i);
            String at = path + ".backendRefs[" + i + "]";
            if (image.resolve(route, backend) instanceof BackendRef.Invalid invalid) {
                findings.warning(
                        code(invalid.reason()),
                        route.key(),
                        at,
                        invalid.problem(),
                        "its share is answered with " + error);
            }
            checkFilters(route, backend.filters(), RouteFilter::isSupportedForBackend, at, error, findings);
        }
        checkFilters(route, rule.filters(), RouteFilter::isSupported, path, error, findings);
        for (int i = 0; i < rule.filters().size(); i++) {
            if (rule.filters().get(i) instanceof RouteFilter.Mirror mirror
                    && image.resolve(route, mirror.backend()) instanceof BackendRef.Invalid invalid) {
                findings.warning(
                        code(invalid.reason()),
                        route.key(),
                        path + ".filters[" + i + "]",
                        invalid.problem(),
                        "nothing is mirrored there");
            }
            if (rule.filters().get(i) instanceof RouteFilter.Extension extension
                    && image.routeFilter(extension.filter()) == null) {
                findings.warning(
                        "dangling-filter",
                        route.key(),
                        path + ".filters[" + i + "]",
                        "there is no " + extension.filter(),
                        "its requests get " + error + " until there is");
            }
        }
        if (rule.filters().stream().anyMatch(RouteFilter::isAnswer)) {
            return;
        }
        if (rule.backendRefs().isEmpty()) {
            findings.warning("no-backends", route.key(), path, "has no backend: its requests get " + error, "");
        } else if (rule.backendRefs().stream().allMatch(backend -> backend.weight() == 0)) {
            findings.warning(
                    "weights-all-zero",
                    route.key(),
                    path + ".backendRefs",
                    "all weights are zero: its requests get " + error,
                    "give one backend a weight");
        }
    }

    private static String code(BackendRef.Reason reason) {
        return switch (reason) {
            case INVALID_KIND -> "backend-kind";
            case REF_NOT_PERMITTED -> "backend-not-permitted";
            case BACKEND_NOT_FOUND -> "dangling-backend";
            case UNSUPPORTED_PROTOCOL -> "backend-protocol";
        };
    }

    private static void checkFilters(
            MeshRoute route,
            List<RouteFilter> filters,
            Predicate<RouteFilter> supported,
            String path,
            String error,
            Findings findings) {
        for (int i = 0; i < filters.size(); i++) {
            if (!supported.test(filters.get(i))) {
                findings.warning(
                        "unsupported-filter",
                        route.key(),
                        path + ".filters[" + i + "]",
                        "the filter " + filters.get(i).type() + " is not supported here: its requests get " + error,
                        "remove it");
            }
        }
    }
}
