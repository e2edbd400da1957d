package dev.weft.xdsserver;

import java.util.List;
import java.util.Set;

/** The resource types whose order matters, and how they are called for short. */
public final class TypeUrls {
    public static final String LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
    public static final String ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    public static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    public static final String ENDPOINT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    public static final String SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

    /** Types where an empty first subscription means everything (xDS protocol, "wildcard"). */
    static final Set<String> WILDCARD = Set.of(LISTENER, CLUSTER);

    /** Make before break: what is referred to goes first. Other types follow in the order of subscription. */
    static final List<String> ADDING = List.of(SECRET, CLUSTER, ENDPOINT, LISTENER, ROUTE);

    /** What refers to others is removed first. */
    static final List<String> REMOVING = List.of(LISTENER, ROUTE, CLUSTER, ENDPOINT, SECRET);

    private TypeUrls() {}

    /** {@code LDS}, {@code RDS}, {@code CDS}, {@code EDS}, {@code SDS}, else the last part of the URL. */
    public static String shortName(String typeUrl) {
        return switch (typeUrl) {
            case LISTENER -> "LDS";
            case ROUTE -> "RDS";
            case CLUSTER -> "CDS";
            case ENDPOINT -> "EDS";
            case SECRET -> "SDS";
            default -> typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
        };
    }
}
