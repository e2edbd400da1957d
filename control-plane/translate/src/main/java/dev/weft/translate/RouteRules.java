package dev.weft.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import dev.weft.meshmodel.AttachedRoutes;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.HttpRouteFilter;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one Service port, in Gateway API's order of precedence. Routes of the caller's own namespace, if there are
 * any, stand instead of those of the Service's namespace (GAMMA: consumer over producer).
 */
final class RouteRules {
    /** HTTP's default time-out, to the response's head; a hint, because Envoy's route time-out ends at its last byte. */
    static final String RESPONSE_HEADER_TIMEOUT = "15s";

    private RouteRules() {}

    static List<Route> of(MeshImage image, Service service, Service.Port port, Callers callers) {
        List<MeshRoute> attached =
                AttachedRoutes.of(image, service, port, callers.namespace(), MeshRoute.Layer.HTTP).stream()
                        .filter(route -> callers.have(image, route))
                        .toList();
        Duration policyTimeout = ServicePolicy.of(image, service, port).requestTimeout();
        if (attached.isEmpty()) {
            Route.Builder route = Route.newBuilder()
                    .setName("default")
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setRoute(RouteAction.newBuilder()
                            .setCluster(Names.outbound(port.port(), image.fqdn(service.key()))));
            hash(ServicePolicy.of(image, service, port), route.getRouteBuilder());
            return List.of(withTimeout(route, port.protocol(), policyTimeout));
        }
        return RouteCandidate.of(attached).stream()
                .filter(candidate -> callers.have(image, candidate.route(), candidate.rule()))
                .map(candidate -> route(image, port, candidate, policyTimeout))
                .toList();
    }

    private static Route route(
            MeshImage image, Service.Port port, RouteCandidate candidate, @Nullable Duration policyTimeout) {
        RouteRule<?> rule = candidate.rule();
        Route.Builder route = Route.newBuilder().setName(candidate.name()).setMatch(candidate.match());
        if (!rule.filters().stream().allMatch(RouteFilter::isSupported)) {
            return unanswerable(route, candidate.route());
        }
        HeaderEdits.apply(route, rule.filters());
        Any fault = Faults.of(image, candidate.route().key(), rule.name());
        if (fault != null) {
            route.putTypedPerFilterConfig(Filters.FAULT, fault);
        }
        for (RouteFilter filter : rule.filters()) {
            if (filter instanceof RouteFilter.Cors cors) {
                route.putTypedPerFilterConfig(Filters.CORS, RouteFilterConfigs.cors(cors));
            }
        }
        if (rule.session() != null) {
            route.putTypedPerFilterConfig(Filters.SESSION, Sessions.of(rule.session()));
        }
        for (RouteFilter filter : rule.filters()) {
            if (filter instanceof RouteFilter.Redirect redirect) {
                return route.setRedirect(UrlEdits.redirect(redirect, candidate.path(), port.port()))
                        .build();
            }
            if (filter instanceof RouteFilter.Extension extension) {
                HttpRouteFilter own = image.routeFilter(extension.filter());
                return own == null ? unanswerable(route, candidate.route()) : DirectResponses.of(route, own.response());
            }
        }
        RouteAction.Builder action = backends(image, candidate.route(), port, rule);
        if (action == null) {
            return unanswerable(route, candidate.route());
        }
        for (BackendRef backend : rule.backendRefs()) {
            if (image.resolve(candidate.route(), backend, port.port()) instanceof BackendRef.Found found) {
                hash(ServicePolicy.of(image, found.service(), found.subset(), found.port()), action);
            }
        }
        for (RouteFilter filter : rule.filters()) {
            if (filter instanceof RouteFilter.UrlRewrite rewrite) {
                UrlEdits.rewrite(action, rewrite, candidate.path());
            } else if (filter instanceof RouteFilter.Mirror mirror) {
                RouteAction.RequestMirrorPolicy policy =
                        RouteFilterConfigs.mirror(image, candidate.route(), port, mirror);
                if (policy != null) {
                    action.addRequestMirrorPolicies(policy);
                }
            }
        }
        return withTimeout(route.setRoute(action), port.protocol(), timeout(rule, policyTimeout));
    }

    /** Says what to hash where a backend's endpoints are picked by it. */
    private static void hash(ServicePolicy policy, RouteAction.Builder action) {
        LoadBalancer.HashKey key = policy.loadBalancer().hash();
        if (key != null && !action.getHashPolicyList().contains(Balancers.hashPolicy(key))) {
            action.addHashPolicy(Balancers.hashPolicy(key));
        }
    }

    /** For gRPC it has to be UNAVAILABLE, which is what 503 becomes there. */
    private static int errorStatus(MeshRoute route) {
        return route instanceof GrpcRoute ? 503 : 500;
    }

    private static Route unanswerable(Route.Builder route, MeshRoute origin) {
        return route.clearRequestHeadersToAdd()
                .clearRequestHeadersToRemove()
                .clearResponseHeadersToAdd()
                .clearResponseHeadersToRemove()
                .setDirectResponse(DirectResponseAction.newBuilder()
                        .setStatus(errorStatus(origin))
                        .setBody(DataSource.newBuilder()
                                .setInlineString("no valid backend in "
                                        + origin.key().kind().documentName() + " " + route.getName() + "\n")))
                .build();
    }

    /** Where a rule's requests go; null if nowhere: all answered with 500. */
    private static RouteAction.@Nullable Builder backends(
            MeshImage image, MeshRoute route, Service.Port port, RouteRule<?> rule) {
        WeightedCluster.Builder split = WeightedCluster.newBuilder();
        long invalid = 0;
        for (BackendRef backend : rule.backendRefs()) {
            if (backend.weight() == 0) {
                continue;
            }
            String cluster = cluster(image, route, port, backend);
            if (cluster == null || !backend.filters().stream().allMatch(RouteFilter::isSupportedForBackend)) {
                invalid += backend.weight();
                continue;
            }
            WeightedCluster.ClusterWeight.Builder share = WeightedCluster.ClusterWeight.newBuilder()
                    .setName(cluster)
                    .setWeight(Protos.number(backend.weight()));
            HeaderEdits.apply(share, backend.filters());
            split.addClusters(share);
        }
        if (split.getClustersCount() == 0) {
            return null;
        }
        RouteAction.Builder action = RouteAction.newBuilder();
        boolean plain = split.getClustersCount() == 1
                && invalid == 0
                && rule.backendRefs().stream()
                        .allMatch(backend -> backend.filters().isEmpty());
        if (plain) {
            return action.setCluster(split.getClusters(0).getName());
        }
        if (invalid > 0) {
            split.addClusters(WeightedCluster.ClusterWeight.newBuilder()
                    .setName(Names.INVALID_BACKEND)
                    .setWeight(Protos.number((int) Math.min(invalid, Integer.MAX_VALUE))));
            action.setClusterNotFoundResponseCode(
                    route instanceof GrpcRoute
                            ? RouteAction.ClusterNotFoundResponseCode.SERVICE_UNAVAILABLE
                            : RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR);
        }
        return action.setWeightedClusters(split);
    }

    /** Null if the reference leads nowhere. */
    private static @Nullable String cluster(MeshImage image, MeshRoute route, Service.Port port, BackendRef backend) {
        return image.resolve(route, backend, port.port()) instanceof BackendRef.Found found
                ? Names.outbound(image, found)
                : null;
    }

    /** There is one attempt per request, so both time-outs of a rule bound the same thing. */
    private static @Nullable Duration timeout(RouteRule<?> rule, @Nullable Duration policyTimeout) {
        Duration request = rule.requestTimeout();
        Duration attempt = rule.backendRequestTimeout();
        if (request == null && attempt == null) {
            return policyTimeout;
        }
        if (request == null || attempt == null) {
            return request == null ? attempt : request;
        }
        if (request.isZero() || attempt.isZero()) {
            return request.isZero() ? attempt : request;
        }
        return request.compareTo(attempt) < 0 ? request : attempt;
    }

    private static Route withTimeout(Route.Builder route, Protocol protocol, @Nullable Duration explicit) {
        route.getRouteBuilder().setTimeout(Protos.duration(explicit == null ? Duration.ZERO : explicit));
        if (explicit == null && protocol == Protocol.GRPC) {
            // decision 25: a call says itself how long it may take, in grpc-timeout
            route.getRouteBuilder()
                    .setMaxStreamDuration(
                            RouteAction.MaxStreamDuration.newBuilder().setGrpcTimeoutHeaderMax(Protos.millis(0)));
        } else if (explicit == null) {
            route.setMetadata(Metadata.newBuilder()
                    .putFilterMetadata(
                            "weft",
                            Struct.newBuilder()
                                    .putFields("response_header_timeout", Protos.text(RESPONSE_HEADER_TIMEOUT))
                                    .build()));
        }
        return route.build();
    }
}
