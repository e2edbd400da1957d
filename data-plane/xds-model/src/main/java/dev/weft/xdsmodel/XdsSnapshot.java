package dev.weft.xdsmodel;

import java.util.Map;

/**
 * One consistent whole of everything a proxy was given, static and over xDS, by resource name.
 *
 * @param version grows with every snapshot
 * @param endpoints by EDS resource name ({@link Cluster#edsResourceName()})
 */
public record XdsSnapshot(
        long version,
        Map<String, Listener> listeners,
        Map<String, RouteConfiguration> routes,
        Map<String, Cluster> clusters,
        Map<String, ClusterLoadAssignment> endpoints,
        Map<String, Secret> secrets) {
    public static final XdsSnapshot EMPTY = new XdsSnapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public XdsSnapshot {
        // Order kept: listeners open in the order they were named.
        listeners = Values.copy(listeners);
        routes = Values.copy(routes);
        clusters = Values.copy(clusters);
        endpoints = Values.copy(endpoints);
        secrets = Values.copy(secrets);
    }
}
