package dev.weft.xdsserver;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One resource type of one stream: what the client wants, what it must still be told, and what it said to the last
 * response. Between responses the client holds what the session's snapshot holds, except for what is to be sent and
 * {@link #retiring}: so no per-client copy of names and versions is kept.
 *
 * <p>Confined to its session.
 */
final class Subscription {
    final String typeUrl;
    boolean wildcard;
    final Set<String> names = new HashSet<>();

    /**
     * Nothing was sent so far and the client holds nothing: all it wants is to be sent. Says for a thousand names what
     * {@link #dirty} and {@link #fresh} would say for each.
     */
    private boolean everything;

    /** Names to be sent, or to be called removed if the snapshot has them no more. */
    private final Set<String> dirty = new LinkedHashSet<>();

    /** Those of {@link #dirty} the client holds no earlier version of. */
    private final Set<String> fresh = new HashSet<>();

    /** Those of {@link #dirty} the client holds an earlier version of: that version. */
    private final Map<String, XdsResource> held = new HashMap<>();

    /** Gone from the snapshot, still held by the client until nothing refers to it. */
    final Map<String, XdsResource> retiring = new LinkedHashMap<>();

    /** What the client holds from an earlier stream, until the first snapshot is compared with it. */
    Map<String, String> initialVersions = Map.of();

    /** The next response is due even if it is empty. */
    boolean due;

    /** Nonce of the response that is neither acknowledged nor refused; null for none. */
    @Nullable
    String outstanding;

    private List<XdsResource> outstandingResources = List.of();
    private List<String> outstandingRemoved = List.of();
    private long outstandingVersion;
    private String lastNonce = "";

    /** Names the client refused, and has not taken since. */
    final Set<String> rejected = new LinkedHashSet<>();

    String reason = "";
    long sent;
    long acked;

    private final boolean delta;

    Subscription(String typeUrl, boolean delta) {
        this.typeUrl = typeUrl;
        this.delta = delta;
    }

    /** All the client wants is to be sent, because it holds nothing. */
    void markEverything() {
        everything = wildcard || !names.isEmpty();
    }

    /** To be sent, and nothing of that name was sent before. */
    void markFresh(String name) {
        if (!everything && dirty.add(name) && !retiring.containsKey(name)) {
            fresh.add(name);
        }
    }

    /** To be sent, whatever the client holds of that name. */
    void markAgain(String name) {
        if (!everything) {
            dirty.add(name);
        }
    }

    boolean isDirty(String name) {
        return everything ? wants(name) : dirty.contains(name);
    }

    /** There is something to send. */
    boolean hasNews() {
        return everything || due || !dirty.isEmpty();
    }

    /** Everything the client wants, as it is now. */
    void addWanted(ResourceSnapshot current, List<XdsResource> into) {
        for (XdsResource resource : current.resources(typeUrl).values()) {
            if (wants(resource.name())) {
                into.add(resource);
            }
        }
    }

    /** What is to be sent, and what is to be called removed (incremental only). */
    void addNews(ResourceSnapshot current, List<XdsResource> into, List<String> removed) {
        boolean all = everything && wildcard;
        if (all) {
            into.addAll(current.resources(typeUrl).values());
        }
        Map<String, XdsResource> resources = current.resources(typeUrl);
        for (String name : everything ? names : dirty) {
            XdsResource resource = resources.get(name);
            if (resource != null) {
                if (!all) {
                    into.add(resource);
                }
            } else if (delta) {
                removed.add(name);
            }
        }
    }

    /** What was to be sent is in a response, or turned out to be nothing. */
    void newsTaken() {
        everything = false;
        dirty.clear();
        due = false;
    }

    /** What is gone is said with the next response. */
    void retireNow() {
        dirty.addAll(retiring.keySet());
        retiring.clear();
    }

    /** The client does not want the name any more. */
    void forget(String name) {
        dirty.remove(name);
        retiring.remove(name);
        rejected.remove(name);
    }

    /** From now on only the names count. */
    void leaveWildcard() {
        wildcard = false;
        dirty.retainAll(names);
        retiring.keySet().retainAll(names);
    }

    boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    boolean isAnswerTo(String nonce) {
        return nonce.equals(lastNonce);
    }

    /** The client has been told everything and agreed to it. */
    boolean isSettled() {
        return !isMoving() && retiring.isEmpty() && rejected.isEmpty();
    }

    /** There is something new to tell, or an answer is awaited. */
    boolean isMoving() {
        return hasNews() || outstanding != null;
    }

    void offer(TypeDelta difference, Map<String, XdsResource> before) {
        if (everything) {
            return; // what is sent is what is there then
        }
        boolean touched = false;
        for (XdsResource resource : difference.changed()) {
            String name = resource.name();
            if (wants(name)) {
                XdsResource then = before.get(name);
                XdsResource retired = retiring.remove(name);
                if (then == null && retired == null) {
                    markFresh(name);
                } else if (dirty.add(name)) {
                    held.put(name, retired != null ? retired : Objects.requireNonNull(then));
                }
                touched = true;
            }
        }
        for (XdsResource old : difference.removed()) {
            String name = old.name();
            if (wants(name)) {
                dirty.remove(name);
                XdsResource earlier = held.remove(name);
                if (!fresh.remove(name)) {
                    retiring.put(name, earlier != null ? earlier : old);
                } else if (delta && names.contains(name)) {
                    dirty.add(name); // asked for, and gone before it was sent: the client is told so
                }
                touched = true;
            }
        }
        if (touched) {
            // A refused answer may have held good resources beside the bad one: offer them again with the next change.
            for (String name : rejected) {
                if (!retiring.containsKey(name)) {
                    dirty.add(name);
                }
            }
        }
    }

    void answered(String nonce, @Nullable String error) {
        if (!nonce.equals(outstanding)) {
            return; // stale
        }
        if (error != null) {
            outstandingResources.forEach(resource -> rejected.add(resource.name()));
            rejected.addAll(outstandingRemoved);
            if (outstandingResources.isEmpty() && outstandingRemoved.isEmpty()) {
                rejected.add("");
            }
            reason = error;
        } else {
            if (!rejected.isEmpty()) {
                rejected.remove("");
                outstandingResources.forEach(resource -> rejected.remove(resource.name()));
                outstandingRemoved.forEach(rejected::remove);
            }
            if (rejected.isEmpty()) {
                reason = "";
            }
            acked = outstandingVersion;
        }
        outstanding = null;
        outstandingResources = List.of();
        outstandingRemoved = List.of();
    }

    void sentAs(String nonce, long version, List<XdsResource> resources, List<String> removed) {
        outstanding = nonce;
        lastNonce = nonce;
        outstandingVersion = version;
        sent = version;
        due = false;
        fresh.clear();
        held.clear();
        outstandingResources = resources;
        outstandingRemoved = removed;
    }
}
