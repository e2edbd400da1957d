package dev.weft.xdsclient;

import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.XdsSnapshot;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns the latest resources into what serves: asks {@link Warming}, hands the engine a snapshot when something changed,
 * waits no longer than the patience for what is missing, and takes back what the engine refuses. Confined to the control
 * thread.
 */
final class Publisher {
    private final Resources resources;
    private final Set<ResourceType> awaited; // not answered yet
    private final long patienceNanos;
    private final EventLoop loop;
    private final SnapshotSink sink;
    private final Runnable subscriptionsChanged;
    private final Log log;
    private final Set<Warming.Need> givenUp = new HashSet<>();
    private final Map<Warming.Need, Long> missingSince = new HashMap<>();
    private final Map<String, Long> lingeringSince = new HashMap<>();
    private final Set<Accepted<?>> refused = Collections.newSetFromMap(new IdentityHashMap<>());
    private Warming.Serving serving = Warming.Serving.NOTHING;
    private XdsSnapshot snapshot = XdsSnapshot.EMPTY;
    private boolean serves;
    private @Nullable Future<?> wake;

    Publisher(
            Resources resources,
            Set<ResourceType> awaited,
            Duration patience,
            EventLoop loop,
            SnapshotSink sink,
            Runnable subscriptionsChanged,
            Log log) {
        this.resources = resources;
        this.awaited = new LinkedHashSet<>(awaited);
        this.patienceNanos = patience.toNanos();
        this.loop = loop;
        this.sink = sink;
        this.subscriptionsChanged = subscriptionsChanged;
        this.log = log;
    }

    /** Static resources wait for the control plane's first answers, but not for ever (Envoy: initial_fetch_timeout). */
    void start() {
        publish(null);
        if (!serves && !resources.latest().listeners().isEmpty()) {
            loop.schedule(
                    () -> {
                        if (!awaited.isEmpty()) {
                            log.warn("no answer from the control plane yet; serving the bootstrap's own resources");
                            awaited.clear();
                            publish(null);
                        }
                    },
                    patienceNanos,
                    TimeUnit.NANOSECONDS);
        }
    }

    void answered(ResourceType type) {
        awaited.remove(type);
    }

    void giveUp(Warming.Need need) {
        givenUp.add(need);
    }

    boolean isServing() {
        return serves;
    }

    XdsSnapshot snapshot() {
        return snapshot;
    }

    Warming.Serving serving() {
        return serving;
    }

    Set<Warming.Need> missing() {
        return missingSince.keySet();
    }

    /** Names referenced by what is latest or serves. */
    Set<String> wanted(Function<References, Set<String>> kind) {
        Set<String> names = new LinkedHashSet<>();
        Warming.Latest latest = resources.latest();
        for (Map<String, ? extends Accepted<?>> part : List.of(
                latest.clusters(), latest.listeners(), latest.routes(), serving.clusters(), serving.listeners())) {
            part.values().forEach(resource -> names.addAll(kind.apply(resource.references())));
        }
        return names;
    }

    /**
     * Makes serve what may serve now.
     *
     * @return resources the engine refused just now, with its reasons
     */
    Map<Accepted<?>, String> publish(@Nullable ResourceType cause) {
        Map<Accepted<?>, String> refusals = new IdentityHashMap<>();
        // Each round takes at least one resource back, so a handful is plenty; what remains waits for the next change.
        for (int round = 0; round < 8; round++) {
            Warming.Latest latest = resources.latest();
            prune(latest);
            Warming.Decision decision =
                    Warming.decide(latest, serving, givenUp, refused::contains, name -> isExpired(name));
            track(decision);
            boolean complete = awaited.isEmpty() && decision.missing().isEmpty();
            if (!serves && !complete || serves && same(serving, decision.serving())) {
                return refusals;
            }
            XdsSnapshot next = decision.serving().snapshot(snapshot.version() + 1);
            List<Diagnostic> errors = sink.apply(next).stream()
                    .filter(d -> d.severity() == Diagnostic.Severity.ERROR)
                    .toList();
            if (errors.isEmpty()) {
                serving = decision.serving();
                snapshot = next;
                serves = true;
                subscriptionsChanged.run(); // what only the old resources needed is not needed any more
                return refusals;
            }
            Map<Accepted<?>, String> culprits = culprits(errors, decision.serving());
            if (culprits.isEmpty()) {
                errors.forEach(error -> log.error("cannot serve the new configuration: " + AdsClient.line(error)));
                return refusals;
            }
            refused.addAll(culprits.keySet());
            refusals.putAll(culprits);
        }
        return refusals;
    }

    /** Whom the engine blames, by the resource named at the start of the path; else everything that is new. */
    private Map<Accepted<?>, String> culprits(List<Diagnostic> errors, Warming.Serving candidate) {
        Map<String, Map<String, ? extends Accepted<?>>> kinds = Map.of(
                "listeners", candidate.listeners(), "routes", candidate.routes(), "clusters", candidate.clusters());
        Map<Accepted<?>, String> found = new IdentityHashMap<>();
        for (Diagnostic error : errors) {
            kinds.forEach((kind, byName) -> byName.forEach((name, resource) -> {
                if (error.path().startsWith(kind + "[" + name + "]") && !isServing(resource)) {
                    found.merge(resource, AdsClient.line(error), (a, b) -> a + "\n" + b);
                }
            }));
        }
        if (found.isEmpty()) {
            String reason =
                    String.join("\n", errors.stream().map(AdsClient::line).toList());
            kinds.values()
                    .forEach(byName -> byName.values().forEach(resource -> {
                        if (!isServing(resource)) {
                            found.put(resource, reason);
                        }
                    }));
        }
        return found;
    }

    /** Whether the engine would not take it. */
    boolean isRefused(Accepted<?> resource) {
        return refused.contains(resource);
    }

    private boolean isServing(Accepted<?> resource) {
        return serving.listeners().get(resource.name()) == resource
                || serving.routes().get(resource.name()) == resource
                || serving.clusters().get(resource.name()) == resource;
    }

    private void prune(Warming.Latest latest) {
        if (!refused.isEmpty()) {
            Set<Accepted<?>> known = Collections.newSetFromMap(new IdentityHashMap<>());
            known.addAll(latest.listeners().values());
            known.addAll(latest.routes().values());
            known.addAll(latest.clusters().values());
            refused.retainAll(known);
        }
        givenUp.removeIf(need -> resources.find(need.type(), need.name()) != null);
    }

    private void track(Warming.Decision decision) {
        long now = System.nanoTime();
        missingSince.keySet().retainAll(decision.missing());
        decision.missing().forEach(need -> missingSince.putIfAbsent(need, now));
        lingeringSince.keySet().retainAll(decision.lingering());
        decision.lingering().forEach(name -> lingeringSince.putIfAbsent(name, now));
        if (wake == null && !(missingSince.isEmpty() && lingeringSince.isEmpty())) {
            long oldest = now;
            for (long since : missingSince.values()) {
                oldest = Math.min(oldest, since);
            }
            for (long since : lingeringSince.values()) {
                oldest = Math.min(oldest, since);
            }
            wake = loop.schedule(this::wake, oldest + patienceNanos - now, TimeUnit.NANOSECONDS);
        }
    }

    private boolean isExpired(String lingering) {
        Long since = lingeringSince.get(lingering);
        return since != null && System.nanoTime() - since >= patienceNanos;
    }

    private void wake() {
        wake = null;
        long now = System.nanoTime();
        missingSince.forEach((need, since) -> {
            if (now - since >= patienceNanos) {
                givenUp.add(need);
                log.warn("no answer for " + need.type().messageName() + " " + need.name() + "; going on without it");
            }
        });
        publish(null);
    }

    private static boolean same(Warming.Serving a, Warming.Serving b) {
        return same(a.listeners(), b.listeners())
                && same(a.routes(), b.routes())
                && same(a.clusters(), b.clusters())
                && same(a.endpoints(), b.endpoints())
                && same(a.secrets(), b.secrets());
    }

    private static boolean same(Map<String, ?> a, Map<String, ?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Map.Entry<String, ?> entry : a.entrySet()) {
            Object other = b.get(entry.getKey());
            // Identity first: equality of a large assignment is a walk through it.
            if (entry.getValue() != other
                    && (entry.getValue() instanceof Accepted
                            || !entry.getValue().equals(other))) {
                return false;
            }
        }
        return true;
    }
}
