package dev.weft.xdsserver;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client's words mean for a subscription: names and wildcards that come and go, and what it holds from an earlier
 * stream. Confined to its session.
 */
final class Interest {
    private static final String ALL = "*";

    private final Order order;

    Interest(Order order) {
        this.order = order;
    }

    /** A subscription meets its first snapshot: the client is told what it does not hold from an earlier stream. */
    void begin(Subscription s, ResourceSnapshot current, boolean delta) {
        s.due |= s.wildcard || !delta && !s.names.isEmpty();
        if (s.initialVersions.isEmpty()) {
            s.markEverything(); // also names that do not exist: the client is told so
            return;
        }
        for (String name : s.names) {
            if (!s.initialVersions.containsKey(name)) {
                s.markFresh(name);
            } else if (!isCurrent(s, name, current)) {
                s.markAgain(name);
            }
        }
        if (s.wildcard) {
            for (String name : current.resources(s.typeUrl).keySet()) {
                if (!s.initialVersions.containsKey(name)) {
                    s.markFresh(name);
                } else if (!isCurrent(s, name, current)) {
                    s.markAgain(name);
                }
            }
            for (String name : s.initialVersions.keySet()) {
                if (current.get(s.typeUrl, name) == null) {
                    s.markAgain(name);
                }
            }
        }
        s.initialVersions = Map.of();
    }

    /** @param first nothing was asked of the type before */
    void changed(Subscription s, Request.Delta d, boolean first, @Nullable ResourceSnapshot snapshot) {
        boolean wasWildcard = s.wildcard;
        if (first && d.subscribe().isEmpty() && TypeUrls.WILDCARD.contains(s.typeUrl)) {
            s.wildcard = true;
        }
        for (String name : d.subscribe()) {
            if (name.equals(ALL)) {
                s.wildcard = true;
            } else {
                String own = intern(s.typeUrl, name, snapshot);
                s.names.add(own);
                s.retiring.remove(own);
                if (!first) {
                    s.markAgain(own); // asked again means sent again (xDS protocol, "subscribing")
                }
                order.followed(s.typeUrl, own);
            }
        }
        if (first) {
            s.initialVersions = d.initialVersions();
            if (snapshot != null) {
                begin(s, snapshot, true);
            }
        } else if (s.wildcard && !wasWildcard) {
            s.due = true;
            if (snapshot != null) {
                snapshot.resources(s.typeUrl).keySet().forEach(s::markAgain);
            }
        }
        for (String name : d.unsubscribe()) {
            if (name.equals(ALL)) {
                s.leaveWildcard();
            } else if (s.names.remove(name)) {
                if (s.wildcard) {
                    s.markAgain(name); // still wanted through the wildcard: say what it is
                } else {
                    forget(s, name, snapshot);
                }
            }
        }
    }

    /** @param first nothing was asked of the type before */
    void changed(Subscription s, Request.Sotw w, boolean first, @Nullable ResourceSnapshot snapshot) {
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
                wanted.add(intern(s.typeUrl, name, snapshot));
            }
        }
        if (s.wildcard && wanted.isEmpty()) {
            return;
        }
        for (String name : List.copyOf(s.names)) {
            if (!wanted.contains(name)) {
                s.names.remove(name);
                forget(s, name, snapshot);
            }
        }
        for (String name : wanted) {
            if (s.names.add(name)) {
                s.markFresh(name);
                s.due = true;
            }
            order.followed(s.typeUrl, name);
        }
    }

    private void forget(Subscription s, String name, @Nullable ResourceSnapshot snapshot) {
        s.forget(name);
        order.left(s.typeUrl, name, snapshot);
    }

    private static boolean isCurrent(Subscription s, String name, ResourceSnapshot current) {
        String held = s.initialVersions.get(name);
        XdsResource now = current.get(s.typeUrl, name);
        return held != null && now != null && now.version().equals(held);
    }

    /** The snapshot's own string, so that a thousand streams do not hold a thousand copies of a name. */
    private static String intern(String typeUrl, String name, @Nullable ResourceSnapshot snapshot) {
        XdsResource resource = snapshot == null ? null : snapshot.get(typeUrl, name);
        return resource == null ? name : resource.name();
    }
}
