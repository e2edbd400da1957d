package dev.weft.translate;

import com.google.protobuf.Struct;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.MeshImage;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one Service port, in Gateway API's order of precedence. Routes of the caller's own namespace, if there are
 * any, stand instead of those of the Service's namespace (GAMMA: consumer over producer).
 */
final class RouteRules {
    /** HTTP's default time-out, to the response's head; a hint, because Envoy's route time-out ends at its last byte. */
    static final String RESPONSE_HEADER_TIMEOUT = "15s";

    // Gateway API v1, HTTPRouteRule.matches: exact path, longest prefix, method, most headers, most query parameters;
    // then
    // the alphabetically first route, then the rule's place. Regular expressions are left to us: between exact and
    // prefix.
    private static final Comparator<Candidate> PRECEDENCE = Comparator.comparing(Candidate::pathType)
            .thenComparing(Candidate::pathLength, Comparator.reverseOrder())
            .thenComparing(candidate -> candidate.match.method() == null)
            .thenComparing(candidate -> candidate.match.headers().size(), Comparator.reverseOrder())
            .thenComparing(candidate -> candidate.match.queryParams().size(), Comparator.reverseOrder());

    /** One match of one rule of one route, in the order of routes, rules and matches (the sort is stable). */
    private record Candidate(String name, Match match, HttpRoute route, RouteRule<Match> rule) {
        int pathType() {
            return switch (match.path().type()) {
                case EXACT -> 0;
                case REGEX -> 1;
                case PREFIX -> 2;
            };
        }

        int pathLength() {
            return match.path().type() == PathMatch.Type.REGEX
                    ? 0
                    : match.path().value().length();
        }
    }

    private RouteRules() {}

    /** Whether routes of the caller's namespace or of the Service's say where requests to the port go. */
    static boolean any(MeshImage image, Service service, Service.Port port, String callerNamespace) {
        return candidates(image, service, port, callerNamespace) != null;
    }

    static List<Route> of(MeshImage image, Service service, Service.Port port, String callerNamespace) {
        List<Candidate> candidates = candidates(image, service, port, callerNamespace);
        Duration policyTimeout = ServicePolicy.of(image, service, port).requestTimeout();
        if (candidates == null) {
            Route.Builder route = Route.newBuilder()
                    .setName("default")
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setRoute(RouteAction.newBuilder()
                            .setCluster(Names.outbound(port.port(), image.fqdn(service.key()))));
            return List.of(withTimeout(route, port.protocol(), policyTimeout));
        }
        List<Route> routes = new ArrayList<>();
        for (Candidate candidate : candidates) {
            routes.add(route(image, port, candidate, policyTimeout));
        }
        return routes;
    }

    /** Null if no route hangs on the port: then everything goes to the Service itself. */
    private static @Nullable List<Candidate> candidates(
            MeshImage image, Service service, Service.Port port, String callerNamespace) {
        List<HttpRoute> producer = new ArrayList<>();
        List<HttpRoute> consumer = new ArrayList<>();
        for (HttpRoute route : image.routes(service.key())) {
            boolean attached = route.parentRefs().stream()
                    .anyMatch(ref ->
                            ref.service().equals(service.key()) && (ref.port() == null || ref.port() == port.port()));
            if (attached && route.key().namespace().equals(service.namespace())) {
                producer.add(route);
            } else if (attached && route.key().namespace().equals(callerNamespace)) {
                consumer.add(route);
            }
        }
        List<HttpRoute> routes = consumer.isEmpty() ? producer : consumer;
        if (routes.isEmpty()) {
            return null;
        }
        List<Candidate> candidates = new ArrayList<>();
        for (HttpRoute route : routes) {
            for (int i = 0; i < route.rules().size(); i++) {
                RouteRule<Match> rule = route.rules().get(i);
                String name = route.key().namespace() + "/" + route.key().name() + "/"
                        + (rule.name().isEmpty() ? String.valueOf(i) : rule.name());
                List<Match> matches = rule.matches().isEmpty() ? List.of(Match.EVERYTHING) : rule.matches();
                for (Match match : matches) {
                    candidates.add(new Candidate(name, match, route, rule));
                }
            }
        }
        candidates.sort(PRECEDENCE);
        return candidates;
    }

    private static Route route(
            MeshImage image, Service.Port port, Candidate candidate, @Nullable Duration policyTimeout) {
        RouteRule<Match> rule = candidate.rule;
        Route.Builder route = Route.newBuilder().setName(candidate.name).setMatch(RouteMatches.of(candidate.match));
        if (!rule.filters().stream().allMatch(RouteFilter::isSupported)) {
            return unanswerable(route);
        }
        HeaderEdits.apply(route, rule.filters());
        for (RouteFilter filter : rule.filters()) {
            if (filter instanceof RouteFilter.Redirect redirect) {
                return route.setRedirect(UrlEdits.redirect(redirect, candidate.match.path(), port.port()))
                        .build();
            }
        }
        RouteAction.Builder action = backends(image, candidate.route, rule);
        if (action == null) {
            return unanswerable(route);
        }
        for (RouteFilter filter : rule.filters()) {
            if (filter instanceof RouteFilter.UrlRewrite rewrite) {
                UrlEdits.rewrite(action, rewrite, candidate.match.path());
            }
        }
        return withTimeout(route.setRoute(action), port.protocol(), timeout(rule, policyTimeout));
    }

    private static Route unanswerable(Route.Builder route) {
        return route.clearRequestHeadersToAdd()
                .clearRequestHeadersToRemove()
                .clearResponseHeadersToAdd()
                .clearResponseHeadersToRemove()
                .setDirectResponse(DirectResponseAction.newBuilder()
                        .setStatus(500)
                        .setBody(DataSource.newBuilder()
                                .setInlineString("no valid backend in HTTPRoute " + route.getName() + "\n")))
                .build();
    }

    /** Where a rule's requests go; null if nowhere: all answered with 500. */
    private static RouteAction.@Nullable Builder backends(MeshImage image, HttpRoute route, RouteRule<Match> rule) {
        WeightedCluster.Builder split = WeightedCluster.newBuilder();
        long invalid = 0;
        for (BackendRef backend : rule.backendRefs()) {
            if (backend.weight() == 0) {
                continue;
            }
            String cluster = cluster(image, route, backend);
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
            action.setClusterNotFoundResponseCode(RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR);
        }
        return action.setWeightedClusters(split);
    }

    /** Null if the reference is invalid: no such Service or port, or in another namespace (there is no ReferenceGrant). */
    private static @Nullable String cluster(MeshImage image, HttpRoute route, BackendRef backend) {
        Integer number = backend.port();
        Service service = image.service(backend.service());
        if (service == null || number == null || service.port(number) == null) {
            return null;
        }
        if (!service.namespace().equals(route.key().namespace())) {
            return null;
        }
        return Names.outbound(number, image.fqdn(service.key()));
    }

    /** There is one attempt per request, so both time-outs of a rule bound the same thing. */
    private static @Nullable Duration timeout(RouteRule<Match> rule, @Nullable Duration policyTimeout) {
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
