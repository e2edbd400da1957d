package dev.weft.xdsclient;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.XdsSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides what of the latest resources may serve: make before break. A resource whose needs have not arrived waits, and the
 * version of it that serves today goes on serving; a cluster that is gone stays until nothing that serves points to it.
 * Pure: the same inputs give the same answer.
 */
final class Warming {
    /** What is missing: a resource of that type and name. */
    record Need(ResourceType type, String name) {}

    /** What serves, with its sources. Every set is closed: what it references is in it, or was given up. */
    record Serving(
            Map<String, Accepted<Listener>> listeners,
            Map<String, Accepted<RouteConfiguration>> routes,
            Map<String, Accepted<Cluster>> clusters,
            Map<String, ClusterLoadAssignment> endpoints,
            Map<String, Secret> secrets) {
        static final Serving NOTHING = new Serving(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

        XdsSnapshot snapshot(long version) {
            return new XdsSnapshot(version, values(listeners), values(routes), values(clusters), endpoints, secrets);
        }

        private static <T> Map<String, T> values(Map<String, Accepted<T>> resources) {
            Map<String, T> values = new LinkedHashMap<>();
            resources.forEach((name, resource) -> values.put(name, resource.value()));
            return values;
        }
    }

    /**
     * @param missing what must arrive before everything latest serves
     * @param lingering clusters that are gone but still pointed to
     */
    record Decision(Serving serving, Set<Need> missing, Set<String> lingering) {}

    /** Everything known: the bootstrap's and the control plane's latest accepted, secrets of our own included. */
    record Latest(
            Map<String, Accepted<Listener>> listeners,
            Map<String, Accepted<RouteConfiguration>> routes,
            Map<String, Accepted<Cluster>> clusters,
            Map<String, ClusterLoadAssignment> endpoints,
            Map<String, Secret> secrets) {}

    private final Latest latest;
    private final Serving today;
    private final Set<Need> givenUp;
    private final Predicate<Accepted<?>> refused;
    private final Predicate<String> expired;
    private final Set<Need> missing = new LinkedHashSet<>();

    private Warming(
            Latest latest,
            Serving today,
            Set<Need> givenUp,
            Predicate<Accepted<?>> refused,
            Predicate<String> expired) {
        this.latest = latest;
        this.today = today;
        this.givenUp = givenUp;
        this.refused = refused;
        this.expired = expired;
    }

    /**
     * @param today what serves now
     * @param givenUp needs nobody waits for any more: routes and endpoints are then taken as empty, secrets never
     * @param refused resources the engine would not take; what serves of that name today goes on
     * @param expired clusters that lingered long enough
     */
    static Decision decide(
            Latest latest,
            Serving today,
            Set<Need> givenUp,
            Predicate<Accepted<?>> refused,
            Predicate<String> expired) {
        return new Warming(latest, today, givenUp, refused, expired).decide();
    }

    private Decision decide() {
        Map<String, Accepted<Cluster>> clusters = choose(latest.clusters, today.clusters, this::isReady);
        Map<String, Accepted<RouteConfiguration>> routes =
                choose(latest.routes, today.routes, route -> clustersReady(route, clusters));
        Map<String, Accepted<Listener>> listeners = choose(
                latest.listeners,
                today.listeners,
                listener -> clustersReady(listener, clusters) & routesReady(listener, routes) & secretsReady(listener));

        Set<String> usedRoutes = new LinkedHashSet<>();
        Set<String> usedClusters = new LinkedHashSet<>();
        Map<String, Accepted<RouteConfiguration>> servingRoutes = new LinkedHashMap<>();
        listeners.values().forEach(l -> usedRoutes.addAll(l.references().routes()));
        for (String name : usedRoutes) {
            Accepted<RouteConfiguration> route = routes.containsKey(name) ? routes.get(name) : today.routes.get(name);
            if (route != null) {
                servingRoutes.put(name, route);
                usedClusters.addAll(route.references().clusters());
            }
        }
        listeners.values().forEach(l -> usedClusters.addAll(l.references().clusters()));

        Set<String> lingering = new LinkedHashSet<>();
        today.clusters.forEach((name, cluster) -> {
            if (!latest.clusters.containsKey(name) && usedClusters.contains(name) && !expired.test(name)) {
                lingering.add(name);
                clusters.put(name, cluster);
            }
        });

        Map<String, ClusterLoadAssignment> endpoints = new LinkedHashMap<>();
        Map<String, Secret> secrets = new LinkedHashMap<>();
        for (Accepted<Cluster> cluster : clusters.values()) {
            for (String name : cluster.references().endpoints()) {
                ClusterLoadAssignment assignment = latest.endpoints.get(name);
                if (assignment == null) {
                    assignment = today.endpoints.get(name);
                }
                endpoints.put(name, assignment != null ? assignment : ClusterLoadAssignment.of(name));
            }
            addSecrets(cluster, secrets);
        }
        listeners.values().forEach(listener -> addSecrets(listener, secrets));
        return new Decision(new Serving(listeners, servingRoutes, clusters, endpoints, secrets), missing, lingering);
    }

    /** Latest where ready, else what serves of that name today, else nothing yet. */
    private <T> Map<String, Accepted<T>> choose(
            Map<String, Accepted<T>> wanted, Map<String, Accepted<T>> serving, Predicate<Accepted<T>> ready) {
        Map<String, Accepted<T>> chosen = new LinkedHashMap<>();
        for (Accepted<T> resource : wanted.values()) {
            Accepted<T> choice =
                    !refused.test(resource) && ready.test(resource) ? resource : serving.get(resource.name());
            if (choice != null) {
                chosen.put(resource.name(), choice);
            }
        }
        return chosen;
    }

    private boolean isReady(Accepted<Cluster> cluster) {
        return has(ResourceType.ENDPOINT, cluster.references().endpoints(), latest.endpoints.keySet())
                & secretsReady(cluster);
    }

    /** A cluster the control plane never named is not waited for; one that is named and not ready yet is. */
    private boolean clustersReady(Accepted<?> resource, Map<String, Accepted<Cluster>> ready) {
        for (String name : resource.references().clusters()) {
            Accepted<Cluster> cluster = latest.clusters.get(name);
            if (cluster != null && !ready.containsKey(name) && mayBecomeReady(cluster)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a cluster that is not ready may still become so: not when it was refused, or its keys were given up. */
    private boolean mayBecomeReady(Accepted<Cluster> cluster) {
        if (refused.test(cluster)) {
            return false;
        }
        for (String name : cluster.references().secrets()) {
            if (!latest.secrets.containsKey(name) && givenUp.contains(new Need(ResourceType.SECRET, name))) {
                return false;
            }
        }
        return true;
    }

    private boolean routesReady(Accepted<Listener> listener, Map<String, Accepted<RouteConfiguration>> ready) {
        boolean all = true;
        for (String name : listener.references().routes()) {
            if (ready.containsKey(name)) {
                continue;
            }
            Need need = new Need(ResourceType.ROUTE, name);
            if (latest.routes.containsKey(name)) {
                all = false; // it is here and waits itself
            } else if (!givenUp.contains(need)) {
                missing.add(need);
                all = false;
            }
        }
        return all;
    }

    private boolean secretsReady(Accepted<?> resource) {
        boolean all = true;
        for (String name : resource.references().secrets()) {
            if (!latest.secrets.containsKey(name)) {
                all = false; // without its keys it could only refuse or, worse, not check
                Need need = new Need(ResourceType.SECRET, name);
                if (!givenUp.contains(need)) {
                    missing.add(need);
                }
            }
        }
        return all;
    }

    private boolean has(ResourceType type, Collection<String> names, Set<String> present) {
        boolean all = true;
        for (String name : names) {
            Need need = new Need(type, name);
            if (!present.contains(name) && !givenUp.contains(need)) {
                missing.add(need);
                all = false;
            }
        }
        return all;
    }

    private void addSecrets(Accepted<?> resource, Map<String, Secret> secrets) {
        for (String name : resource.references().secrets()) {
            Secret secret = latest.secrets.get(name);
            if (secret == null) {
                secret = today.secrets.get(name);
            }
            if (secret != null) {
                secrets.put(name, secret);
            }
        }
    }
}
