package dev.weft.xdsserver;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Make before break (xDS protocol, "eventual consistency considerations"): clusters and their endpoints are acknowledged
 * before listeners and routes move, and clusters are removed only when those have been acknowledged. Confined to its
 * session.
 */
final class Order {
    /** How long a listener waits for a client to ask for a new cluster's endpoints. Envoy asks at once. */
    static final long FOLLOW_NANOS = 1_000_000_000L;

    private final Map<String, Subscription> subscriptions; // the session's own
    private final Set<String> unfollowed = new HashSet<>(); // new clusters whose endpoints were not asked for yet
    private long followUntil; // meaningful while unfollowed is not empty

    Order(Map<String, Subscription> subscriptions) {
        this.subscriptions = subscriptions;
    }

    /** Whether new and changed resources of the type may go now. */
    boolean mayAdd(String type, long now) {
        boolean refers = type.equals(TypeUrls.LISTENER) || type.equals(TypeUrls.ROUTE);
        return !refers || !isMaking(now);
    }

    /** Whether the client may be told that resources of the type are gone. */
    boolean mayBreak(String type) {
        return switch (type) {
            case TypeUrls.LISTENER -> !isMoving(TypeUrls.LISTENER);
            case TypeUrls.ROUTE -> isTaken(TypeUrls.LISTENER) && isEmptyOfRetiring(TypeUrls.LISTENER);
            case TypeUrls.CLUSTER ->
                isTaken(TypeUrls.LISTENER) && isTaken(TypeUrls.ROUTE) && isEmptyOfRetiring(TypeUrls.LISTENER);
            case TypeUrls.ENDPOINT -> isTaken(TypeUrls.CLUSTER) && isEmptyOfRetiring(TypeUrls.CLUSTER);
            default -> true;
        };
    }

    /** When {@link #mayAdd} changes its answer although nothing happened; -1 for never. */
    long wakeAt() {
        return unfollowed.isEmpty() || isMoving(TypeUrls.CLUSTER) ? -1 : followUntil;
    }

    /** The client answered the newest clusters. */
    void clustersAnswered(boolean refused, long now) {
        if (refused) {
            unfollowed.clear();
        }
        followUntil = now + FOLLOW_NANOS;
    }

    /**
     * Clusters go out. A new or changed one warms until it hears of its endpoints, also when those did not change: they are
     * sent again to a client that watches them, and waited for where it does not yet.
     */
    void clustersSent(Subscription s, List<XdsResource> clusters, ResourceSnapshot current, long now) {
        Subscription endpoints = subscriptions.get(TypeUrls.ENDPOINT);
        for (XdsResource cluster : clusters) {
            if (s.isDirty(cluster.name()) && current.get(TypeUrls.ENDPOINT, cluster.name()) != null) {
                if (endpoints != null && endpoints.wants(cluster.name())) {
                    endpoints.markAgain(cluster.name());
                } else {
                    unfollowed.add(cluster.name());
                }
            }
        }
        followUntil = now + FOLLOW_NANOS;
    }

    /** The client is told that clusters are gone: nobody will ask for their endpoints. */
    void clustersRemoved(List<String> names) {
        names.forEach(unfollowed::remove);
    }

    /** The client asked for a name. */
    void followed(String type, String name) {
        if (type.equals(TypeUrls.ENDPOINT)) {
            unfollowed.remove(name);
        }
    }

    /** The client does not want a name any more. */
    void left(String type, String name, @Nullable ResourceSnapshot snapshot) {
        if (type.equals(TypeUrls.ENDPOINT)
                && isMoving(TypeUrls.CLUSTER)
                && snapshot != null
                && snapshot.get(TypeUrls.CLUSTER, name) != null) {
            unfollowed.add(name); // it answers an older list of clusters; the one under way has this one again
        }
    }

    private boolean isMaking(long now) {
        if (isMoving(TypeUrls.CLUSTER) || isMoving(TypeUrls.ENDPOINT)) {
            return true;
        }
        if (!unfollowed.isEmpty() && now - followUntil >= 0) {
            unfollowed.clear(); // this client does not ask for endpoints
        }
        return !unfollowed.isEmpty();
    }

    private boolean isMoving(String type) {
        Subscription s = subscriptions.get(type);
        return s != null && s.isMoving();
    }

    /** Everything new of the type was taken: while a listener is refused, the old one may need the old clusters. */
    private boolean isTaken(String type) {
        Subscription s = subscriptions.get(type);
        return s == null || !s.isMoving() && s.rejected.isEmpty();
    }

    private boolean isEmptyOfRetiring(String type) {
        Subscription s = subscriptions.get(type);
        return s == null || s.retiring.isEmpty();
    }
}
