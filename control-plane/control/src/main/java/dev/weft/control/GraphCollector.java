package dev.weft.control;

import dev.weft.adminapi.Graph;
import dev.weft.base.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Scrapes the proxies' metrics and keeps the last few seconds of them. Scrapes every 2 s while somebody looks, else every
 * 10 s, so that the first look has something to show.
 */
final class GraphCollector {
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final long LOOKING_NANOS = 60_000_000_000L;
    private static final long IDLE_NANOS = 10_000_000_000L;
    private static final long BUSY_NANOS = 2_000_000_000L;

    private final Supplier<List<ProxyTarget>> targets;
    private final ProxyAdminClient client;
    private final Ticker ticker;
    private final InstantSource clock;
    private final RefusedListeners refused;
    private final Map<String, Deque<Sample>> samples = new HashMap<>(); // guarded by this; newest last
    private final Set<String> unreachable = new HashSet<>(); // guarded by this
    private long lastLook; // guarded by this
    private long lastScrape; // guarded by this
    private boolean scraping; // guarded by this

    private record Sample(long nanos, Map<Edge, EdgeCounters> counters) {}

    /** @param refused is told what else a scrape says */
    GraphCollector(
            Supplier<List<ProxyTarget>> targets,
            ProxyAdminClient client,
            Ticker ticker,
            InstantSource clock,
            RefusedListeners refused) {
        this.refused = refused;
        this.targets = targets;
        this.client = client;
        this.ticker = ticker;
        this.clock = clock;
        this.lastLook = ticker.nanos();
        this.lastScrape = ticker.nanos() - IDLE_NANOS;
    }

    /** To be called every few hundred milliseconds; starts a scrape when one is due and the former is done. */
    void tick() {
        long now = ticker.nanos();
        synchronized (this) {
            boolean looking = now - lastLook < LOOKING_NANOS;
            if (scraping || now - lastScrape < (looking ? BUSY_NANOS : IDLE_NANOS)) {
                return;
            }
            scraping = true;
            lastScrape = now;
        }
        List<ProxyTarget> all = targets.get();
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        for (ProxyTarget target : all) {
            asked.add(client.ask(target.admin(), target.identity(), "GET", "/stats/prometheus?buckets=fine")
                    .handle((answer, problem) -> {
                        take(target, answer, problem);
                        return null;
                    }));
        }
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).whenComplete((done, problem) -> {
            Set<String> here = new HashSet<>();
            all.forEach(target -> here.add(target.id()));
            refused.retain(here);
            synchronized (this) {
                scraping = false;
                samples.keySet().retainAll(here);
                unreachable.retainAll(here);
            }
        });
    }

    private void take(
            ProxyTarget target,
            ProxyAdminClient.@org.jspecify.annotations.Nullable Answer answer,
            @org.jspecify.annotations.Nullable Throwable problem) {
        if (problem != null || answer == null || answer.status() != 200) {
            synchronized (this) {
                unreachable.add(target.id());
            }
            return;
        }
        String scrape = new String(answer.body(), StandardCharsets.UTF_8);
        refused.read(target.id(), scrape);
        Map<Edge, EdgeCounters> counters;
        try {
            counters = ProxyMetrics.read(scrape, target.service());
        } catch (CompletionException | IllegalArgumentException e) {
            counters = Map.of();
        }
        put(target.id(), ticker.nanos(), counters);
    }

    synchronized void put(String id, long now, Map<Edge, EdgeCounters> counters) {
        unreachable.remove(id);
        Deque<Sample> kept = samples.computeIfAbsent(id, k -> new ArrayDeque<>());
        kept.addLast(new Sample(now, counters));
        // One sample at least as old as the window stays: the window's beginning.
        while (kept.size() > 2 && now - second(kept).nanos() >= WINDOW_NANOS) {
            kept.removeFirst();
        }
    }

    private static Sample second(Deque<Sample> kept) {
        var iterator = kept.iterator();
        iterator.next();
        return iterator.next();
    }

    /**
     * The graph of the last seconds.
     *
     * @param instances connected proxies by service, {@code name.namespace}
     */
    Graph graph(Map<String, Integer> instances) {
        return graph(instances, targets.get().stream().map(ProxyTarget::service).collect(Collectors.toSet()));
    }

    private synchronized Graph graph(Map<String, Integer> instances, Set<String> homes) {
        lastLook = ticker.nanos();
        double longest = 0;
        for (Deque<Sample> kept : samples.values()) {
            longest = Math.max(longest, seconds(kept));
        }
        GraphBuilder builder = new GraphBuilder(Math.max(longest, 1));
        for (Deque<Sample> kept : samples.values()) {
            double seconds = seconds(kept);
            if (seconds <= 0) {
                continue;
            }
            Map<Edge, EdgeCounters> first = kept.getFirst().counters();
            kept.getLast()
                    .counters()
                    .forEach((edge, now) -> builder.add(edge, now.since(first.getOrDefault(edge, new EdgeCounters()))));
        }
        return new Graph(
                clock.instant().toString(),
                Math.round(longest * 10) / 10.0,
                samples.size(),
                unreachable.stream().sorted().toList(),
                builder.nodes(new TreeMap<>(instances), homes),
                builder.edges());
    }

    private static double seconds(Deque<Sample> kept) {
        return kept.size() < 2 ? 0 : (kept.getLast().nanos() - kept.getFirst().nanos()) / 1e9;
    }
}
