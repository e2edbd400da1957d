package dev.weft.analysis;

import dev.weft.meshmodel.AttachedRoutes;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.Condition;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a route at each of its parents: Gateway API's {@code status.parents[].conditions}. */
final class RouteConditions {
    private RouteConditions() {}

    static List<Condition> of(MeshImage image, MeshRoute route) {
        List<Condition> conditions = new ArrayList<>();
        for (ParentRef parent : route.parentRefs()) {
            conditions.add(accepted(image, route, parent));
            conditions.add(resolved(image, route, parent));
            Condition partly = partiallyInvalid(route, parent);
            if (partly != null) {
                conditions.add(partly);
            }
        }
        return conditions;
    }

    private static Condition accepted(MeshImage image, MeshRoute route, ParentRef parent) {
        Service service = image.service(parent.service());
        Integer port = parent.port();
        if (service == null) {
            return not(parent, "NoMatchingParent", "there is no " + parent.service());
        }
        if (port != null && service.port(port) == null) {
            return not(parent, "NoMatchingParent", parent.service() + " has no port " + port);
        }
        if (AttachedRoutes.isDisplaced(image, route, parent)) {
            // no reason of the specification's says so
            return not(parent, "Conflicted", "other routes come first by name");
        }
        List<String> unsupported = unsupported(route);
        if (!unsupported.isEmpty() && unsupported.size() == route.rules().size()) {
            return not(parent, "UnsupportedValue", unsupported.getFirst() + " is not supported");
        }
        return new Condition(parent.toString(), "Accepted", true, "Accepted", "the route is in use");
    }

    private static Condition not(ParentRef parent, String reason, String message) {
        return new Condition(parent.toString(), "Accepted", false, reason, message);
    }

    private static Condition resolved(MeshImage image, MeshRoute route, ParentRef parent) {
        for (RouteRule<?> rule : route.rules()) {
            for (RouteFilter filter : rule.filters()) {
                if (filter instanceof RouteFilter.Extension extension
                        && image.routeFilter(extension.filter()) == null) {
                    return new Condition(
                            parent.toString(),
                            "ResolvedRefs",
                            false,
                            "FilterNotFound",
                            "there is no " + extension.filter());
                }
            }
            for (BackendRef backend : rule.references()) {
                if (image.resolve(route, backend) instanceof BackendRef.Invalid invalid) {
                    return new Condition(
                            parent.toString(),
                            "ResolvedRefs",
                            false,
                            invalid.reason().word(),
                            invalid.problem());
                }
            }
        }
        return new Condition(parent.toString(), "ResolvedRefs", true, "ResolvedRefs", "all references lead somewhere");
    }

    /** Only there where some rules, and not all, are answered with an error for what they ask (a positive one is bad news). */
    private static @Nullable Condition partiallyInvalid(MeshRoute route, ParentRef parent) {
        List<String> unsupported = unsupported(route);
        if (unsupported.isEmpty() || unsupported.size() == route.rules().size()) {
            return null;
        }
        String message = "rules answered with an error: " + unsupported.getFirst() + " is not supported";
        return new Condition(parent.toString(), "PartiallyInvalid", true, "UnsupportedValue", message);
    }

    /** The filters this version does not have: the first of each rule that has one. */
    private static List<String> unsupported(MeshRoute route) {
        List<String> types = new ArrayList<>();
        for (RouteRule<?> rule : route.rules()) {
            rule.filters().stream()
                    .filter(filter -> !filter.isSupported())
                    .map(RouteFilter::type)
                    .findFirst()
                    .ifPresent(types::add);
        }
        return types;
    }
}
