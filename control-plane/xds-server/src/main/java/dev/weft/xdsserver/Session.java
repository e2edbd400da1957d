package dev.weft.xdsserver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The xDS protocol of one stream, without a transport: requests and snapshots go in, responses come out of
 * {@link #next}. One response per type is under way at a time; what changes meanwhile goes with the one after it.
 *
 * <p>Make before break (xDS protocol, "eventual consistency considerations"): clusters and their endpoints are
 * acknowledged before listeners and routes move, and clusters are removed only when those have been acknowledged.
 *
 * <p>Not thread safe; the stream guards it.
 */
final class Session {
    /** How long a listener waits for a client to ask for a new cluster's endpoints. Envoy asks at once. */
    static final long FOLLOW_NANOS = 1_000_000_000L;

    private static final String ALL = "*";

    private final boolean delta;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final Set<String> unfollowed = new HashSet<>(); // new clusters whose endpoints were not asked for yet
    private long followUntil; // meaningful while unfollowed is not empty
    private @Nullable ResourceSnapshot snapshot;
    private long nonces;
    private long liveVersion;

    /** @param delta whether the stream is incremental */
    Session(boolean delta) {
        this.delta = delta;
    }

    boolean isDelta() {
        return delta;
    }

    Iterable<Subscription> subscriptions() {
        return subscriptions.values();
    }

    @Nullable
    ResourceSnapshot snapshot() {
        return snapshot;
    }

    /** Newest version of which the client has acknowledged everything it takes; 0 before the first. */
    long liveVersion() {
        return liveVersion;
    }

    /** Names subscribed to in all types. */
    int subscribedNames() {
        int sum = 0;
        for (Subscription s : subscriptions.values()) {
            sum += s.names.size();
        }
        return sum;
    }

    // ---- snapshots in

    /** Moves to another snapshot. */
    void offer(ResourceSnapshot next) {
        offer(next, next.since(snapshot));
    }

    /** The same with the difference to the current snapshot already known. */
    void offer(ResourceSnapshot next, Map<String, TypeDelta> since) {
        ResourceSnapshot before = snapshot;
        snapshot = next;
        for (Subscription s : subscriptions.values()) {
            TypeDelta difference = since.get(s.typeUrl);
            if (before == null) {
                begin(s, next);
            } else if (difference != null) {
                s.offer(difference, before.resources(s.typeUrl));
            }
        }
        settle();
    }

    /** A subscription meets its first snapshot: the client is told what it does not hold from an earlier stream. */
    private void begin(Subscription s, ResourceSnapshot current) {
        s.due |= s.wildcard || !delta && !s.names.isEmpty();
        for (String name : s.names) {
            if (!s.initialVersions.containsKey(name)) {
                s.markFresh(name); // also one that does not exist: the client is told so
            } else if (!isCurrent(s, name)) {
                s.dirty.add(name);
            }
        }
        if (s.wildcard) {
            for (String name : current.resources(s.typeUrl).keySet()) {
                if (!s.initialVersions.containsKey(name)) {
                    s.markFresh(name);
                } else if (!isCurrent(s, name)) {
                    s.dirty.add(name);
                }
            }
            for (String name : s.initialVersions.keySet()) {
                if (current.get(s.typeUrl, name) == null) {
                    s.dirty.add(name);
                }
            }
        }
        s.initialVersions = Map.of();
    }

    // ---- requests in

    void request(Request request, long now) {
        Subscription s = subscriptions.get(request.typeUrl());
        boolean first = s == null;
        if (s == null) {
            s = new Subscription(request.typeUrl(), delta);
            subscriptions.put(request.typeUrl(), s);
        }
        switch (request) {
            case Request.Delta d -> {
                answered(s, d, now);
                subscribe(s, d, first);
            }
            case Request.Sotw w -> {
                if (!first && !s.isAnswerTo(w.nonce())) {
                    return; // about a response that was superseded: the client will answer the newer one too
                }
                answered(s, w, now);
                subscribe(s, w, first);
            }
        }
        settle();
    }

    private void answered(Subscription s, Request request, long now) {
        if (request.nonce().isEmpty()) {
            return;
        }
        boolean current = request.nonce().equals(s.outstanding);
        s.answered(request.nonce(), request.error());
        if (current && s.typeUrl.equals(TypeUrls.CLUSTER)) {
            if (request.error() != null) {
                unfollowed.clear();
            }
            followUntil = now + FOLLOW_NANOS;
        }
    }

    private void subscribe(Subscription s, Request.Delta d, boolean first) {
        boolean wasWildcard = s.wildcard;
        if (first && d.subscribe().isEmpty() && TypeUrls.WILDCARD.contains(s.typeUrl)) {
            s.wildcard = true;
        }
        for (String name : d.subscribe()) {
            if (name.equals(ALL)) {
                s.wildcard = true;
            } else {
                String own = intern(s.typeUrl, name);
                s.names.add(own);
                s.retiring.remove(own);
                if (!first) {
                    s.dirty.add(own); // asked again means sent again (xDS protocol, "subscribing")
                }
                followed(s.typeUrl, own);
            }
        }
        if (first) {
            s.initialVersions = d.initialVersions();
            if (snapshot != null) {
                begin(s, snapshot);
            }
        } else if (s.wildcard && !wasWildcard) {
            s.due = true;
            if (snapshot != null) {
                s.dirty.addAll(snapshot.resources(s.typeUrl).keySet());
            }
        }
        for (String name : d.unsubscribe()) {
            if (name.equals(ALL)) {
                s.wildcard = false;
                s.dirty.retainAll(s.names);
                s.retiring.keySet().retainAll(s.names);
            } else if (s.names.remove(name)) {
                if (s.wildcard) {
                    s.dirty.add(name); // still wanted through the wildcard: say what it is
                } else {
                    forget(s, name);
                }
            }
        }
    }

    private void subscribe(Subscription s, Request.Sotw w, boolean first) {
        if (first && w.names().isEmpty() && TypeUrls.WILDCARD.contains(s.typeUrl)
                || w.names().contains(ALL)) {
            if (!s.wildcard && snapshot != null) {
                snapshot.resources(s.typeUrl).keySet().forEach(s::markFresh);
            }
            s.due |= !s.wildcard;
            s.wildcard = true;
        }
        Set<String> wanted = new HashSet<>();
        for (String name : w.names()) {
            if (!name.equals(ALL)) {
                wanted.add(intern(s.typeUrl, name));
            }
        }
        if (s.wildcard && wanted.isEmpty()) {
            return;
        }
        for (String name : List.copyOf(s.names)) {
            if (!wanted.contains(name)) {
                s.names.remove(name);
                forget(s, name);
            }
        }
        for (String name : wanted) {
            if (s.names.add(name)) {
                s.markFresh(name);
                s.due = true;
            }
            followed(s.typeUrl, name);
        }
    }

    private void forget(Subscription s, String name) {
        s.dirty.remove(name);
        s.retiring.remove(name);
        s.rejected.remove(name);
        if (s.typeUrl.equals(TypeUrls.ENDPOINT)
                && isMoving(TypeUrls.CLUSTER)
                && snapshot != null
                && snapshot.get(TypeUrls.CLUSTER, name) != null) {
            unfollowed.add(name); // it answers an older list of clusters; the one under way has this one again
        }
    }

    private void followed(String typeUrl, String name) {
        if (typeUrl.equals(TypeUrls.ENDPOINT)) {
            unfollowed.remove(name);
        }
    }

    private boolean isCurrent(Subscription s, String name) {
        String held = s.initialVersions.get(name);
        XdsResource now = snapshot == null ? null : snapshot.get(s.typeUrl, name);
        return held != null && now != null && now.version().equals(held);
    }

    /** The snapshot's own string, so that a thousand streams do not hold a thousand copies of a name. */
    private String intern(String typeUrl, String name) {
        XdsResource resource = snapshot == null ? null : snapshot.get(typeUrl, name);
        return resource == null ? name : resource.name();
    }

    // ---- responses out

    /** The next response that may go now, or null. The caller must send it: it counts as sent. */
    @Nullable
    Response next(long now) {
        ResourceSnapshot current = snapshot;
        if (current == null) {
            return null;
        }
        for (String type : TypeUrls.ADDING) {
            Subscription s = subscriptions.get(type);
            if (s != null && s.outstanding == null && (s.due || !s.dirty.isEmpty())) {
                boolean refers = type.equals(TypeUrls.LISTENER) || type.equals(TypeUrls.ROUTE);
                if (!refers || !isMaking(now)) {
                    Response response = add(s, current, now);
                    if (response != null) {
                        return response;
                    }
                }
            }
        }
        for (Subscription s : subscriptions.values()) {
            if (!TypeUrls.ADDING.contains(s.typeUrl)
                    && s.outstanding == null
                    && (s.due || !s.dirty.isEmpty() || !s.retiring.isEmpty())) {
                s.dirty.addAll(s.retiring.keySet());
                s.retiring.clear();
                Response response = add(s, current, now);
                if (response != null) {
                    return response;
                }
            }
        }
        for (String type : TypeUrls.REMOVING) {
            Subscription s = subscriptions.get(type);
            if (s != null && s.outstanding == null && !s.retiring.isEmpty() && mayBreak(type)) {
                Response response = remove(s, current);
                if (response != null) {
                    return response;
                }
            }
        }
        settle();
        return null;
    }

    /** When {@link #next} should be asked again although nothing happened; -1 for never. */
    long wakeAt() {
        return unfollowed.isEmpty() || isMoving(TypeUrls.CLUSTER) ? -1 : followUntil;
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

    private boolean mayBreak(String type) {
        return switch (type) {
            case TypeUrls.LISTENER -> !isMoving(TypeUrls.LISTENER);
            case TypeUrls.ROUTE -> isSettledButRetiring(TypeUrls.LISTENER) && isEmptyOfRetiring(TypeUrls.LISTENER);
            case TypeUrls.CLUSTER ->
                isSettledButRetiring(TypeUrls.LISTENER)
                        && isSettledButRetiring(TypeUrls.ROUTE)
                        && isEmptyOfRetiring(TypeUrls.LISTENER);
            case TypeUrls.ENDPOINT -> isSettledButRetiring(TypeUrls.CLUSTER) && isEmptyOfRetiring(TypeUrls.CLUSTER);
            default -> true;
        };
    }

    private boolean isMoving(String type) {
        Subscription s = subscriptions.get(type);
        return s != null && s.isMoving();
    }

    /** Everything new of the type was taken: while a listener is refused, the old one may need the old clusters. */
    private boolean isSettledButRetiring(String type) {
        Subscription s = subscriptions.get(type);
        return s == null || !s.isMoving() && s.rejected.isEmpty();
    }

    private boolean isEmptyOfRetiring(String type) {
        Subscription s = subscriptions.get(type);
        return s == null || s.retiring.isEmpty();
    }

    private @Nullable Response add(Subscription s, ResourceSnapshot current, long now) {
        List<XdsResource> resources = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        boolean whole = !delta && TypeUrls.WILDCARD.contains(s.typeUrl);
        if (whole) {
            // State of the world names everything of these types; what is missing counts as removed.
            for (XdsResource resource : current.resources(s.typeUrl).values()) {
                if (s.wants(resource.name())) {
                    resources.add(resource);
                }
            }
            resources.addAll(s.retiring.values());
        } else {
            for (String name : s.dirty) {
                XdsResource resource = current.get(s.typeUrl, name);
                if (resource != null) {
                    resources.add(resource);
                } else if (delta) {
                    removed.add(name);
                }
            }
        }
        boolean empty = resources.isEmpty() && removed.isEmpty();
        boolean answerEmpty = s.due && (s.wildcard || whole);
        if (empty && !answerEmpty) {
            s.dirty.clear();
            s.due = false;
            return null;
        }
        if (s.typeUrl.equals(TypeUrls.CLUSTER)) {
            followUp(s, resources, current, now);
        }
        s.dirty.clear();
        return send(s, current, resources, removed);
    }

    /**
     * A new or changed cluster warms until it hears of its endpoints, also when those did not change: they are sent again
     * to a client that watches them, and waited for where it does not yet.
     */
    private void followUp(Subscription s, List<XdsResource> clusters, ResourceSnapshot current, long now) {
        Subscription endpoints = subscriptions.get(TypeUrls.ENDPOINT);
        for (XdsResource cluster : clusters) {
            if (s.dirty.contains(cluster.name()) && current.get(TypeUrls.ENDPOINT, cluster.name()) != null) {
                if (endpoints != null && endpoints.wants(cluster.name())) {
                    endpoints.dirty.add(cluster.name());
                } else {
                    unfollowed.add(cluster.name());
                }
            }
        }
        followUntil = now + FOLLOW_NANOS;
    }

    private @Nullable Response remove(Subscription s, ResourceSnapshot current) {
        List<String> removed = List.copyOf(s.retiring.keySet());
        if (s.typeUrl.equals(TypeUrls.CLUSTER)) {
            removed.forEach(unfollowed::remove);
        }
        s.retiring.clear();
        s.rejected.removeAll(removed);
        if (delta) {
            return send(s, current, List.of(), removed);
        }
        if (!TypeUrls.WILDCARD.contains(s.typeUrl)) {
            // State of the world cannot say that a route or an assignment is gone: its referrer's removal says it.
            return null;
        }
        List<XdsResource> rest = new ArrayList<>();
        for (XdsResource resource : current.resources(s.typeUrl).values()) {
            if (s.wants(resource.name())) {
                rest.add(resource);
            }
        }
        return send(s, current, rest, List.of());
    }

    private Response send(Subscription s, ResourceSnapshot current, List<XdsResource> resources, List<String> removed) {
        String nonce = Long.toString(++nonces);
        s.sentAs(nonce, current.version(), resources, removed);
        String version = delta ? Long.toString(current.version()) : current.typeVersion(s.typeUrl);
        return new Response(s.typeUrl, version, nonce, resources, removed);
    }

    private void settle() {
        if (snapshot == null || subscriptions.isEmpty()) {
            return;
        }
        for (Subscription s : subscriptions.values()) {
            if (!s.isSettled()) {
                return;
            }
        }
        liveVersion = snapshot.version();
    }
}
