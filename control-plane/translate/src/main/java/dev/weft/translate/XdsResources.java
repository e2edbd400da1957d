package dev.weft.translate;

import java.util.Map;

/**
 * Everything a class of proxies is served: by type URL, by name, in order of names. Immutable. Maps of types that did not
 * change since the translator's last answer are the same objects.
 */
public record XdsResources(
        Map<String, XdsResource> listeners,
        Map<String, XdsResource> routes,
        Map<String, XdsResource> clusters,
        Map<String, XdsResource> endpoints) {
    /** The same by type URL. */
    public Map<String, Map<String, XdsResource>> byType() {
        return Map.of(
                TypeUrls.LISTENER, listeners,
                TypeUrls.ROUTE, routes,
                TypeUrls.CLUSTER, clusters,
                TypeUrls.ENDPOINT, endpoints);
    }
}
