package dev.weft.xdsserver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The xDS protocol of one stream, without a transport: requests and snapshots go in, responses come out of
 * {@link #next}. One response per type is under way at a time; what changes meanwhile goes with the one after it.
 * {@link Interest} is what the client asked for, {@link Order} what may go before what.
 *
 * <p>Not thread safe; the stream guards it.
 */
final class Session {
    private final boolean delta;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final Order order = new Order(subscriptions);
    private final Interest interest = new Interest(order);
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
        offer(next, snapshot == null ? Map.of() : next.since(snapshot));
    }

    /** The same with the difference to the current snapshot already known; of no interest to the first. */
    void offer(ResourceSnapshot next, Map<String, TypeDelta> since) {
        ResourceSnapshot before = snapshot;
        snapshot = next;
        for (Subscription s : subscriptions.values()) {
            TypeDelta difference = since.get(s.typeUrl);
            if (before == null) {
                interest.begin(s, next, delta);
            } else if (difference != null) {
                s.offer(difference, before.resources(s.typeUrl));
            }
        }
        settle();
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
                interest.changed(s, d, first, snapshot);
            }
            case Request.Sotw w -> {
                if (!first && !s.isAnswerTo(w.nonce())) {
                    return; // about a response that was superseded: the client will answer the newer one too
                }
                answered(s, w, now);
                interest.changed(s, w, first, snapshot);
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
            order.clustersAnswered(request.error() != null, now);
        }
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
            if (s != null && s.outstanding == null && s.hasNews() && order.mayAdd(type, now)) {
                Response response = add(s, current, now);
                if (response != null) {
                    return response;
                }
            }
        }
        for (Subscription s : subscriptions.values()) {
            if (!TypeUrls.ADDING.contains(s.typeUrl)
                    && s.outstanding == null
                    && (s.hasNews() || !s.retiring.isEmpty())) {
                s.retireNow(); // no order among types that nothing refers to
                Response response = add(s, current, now);
                if (response != null) {
                    return response;
                }
            }
        }
        for (String type : TypeUrls.REMOVING) {
            Subscription s = subscriptions.get(type);
            if (s != null && s.outstanding == null && !s.retiring.isEmpty() && order.mayBreak(type)) {
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
        return order.wakeAt();
    }

    private @Nullable Response add(Subscription s, ResourceSnapshot current, long now) {
        List<XdsResource> resources = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        boolean whole = !delta && TypeUrls.WILDCARD.contains(s.typeUrl);
        if (whole) {
            // State of the world names everything of these types; what is missing counts as removed.
            s.addWanted(current, resources);
            resources.addAll(s.retiring.values());
        } else {
            s.addNews(current, resources, removed);
        }
        boolean empty = resources.isEmpty() && removed.isEmpty();
        boolean answerEmpty = s.due && (s.wildcard || whole);
        if (empty && !answerEmpty) {
            s.newsTaken();
            return null;
        }
        if (s.typeUrl.equals(TypeUrls.CLUSTER)) {
            order.clustersSent(s, resources, current, now);
        }
        s.newsTaken();
        return send(s, current, resources, removed);
    }

    private @Nullable Response remove(Subscription s, ResourceSnapshot current) {
        List<String> removed = List.copyOf(s.retiring.keySet());
        if (s.typeUrl.equals(TypeUrls.CLUSTER)) {
            order.clustersRemoved(removed);
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
        s.addWanted(current, rest);
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
