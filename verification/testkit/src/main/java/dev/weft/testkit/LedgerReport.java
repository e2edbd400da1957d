package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The client's entries joined with the ids that the servers logged. */
public final class LedgerReport {
    private final List<LedgerEntry> entries;
    private final Map<String, Integer> served;

    private LedgerReport(List<LedgerEntry> entries, Map<String, Integer> served) {
        this.entries = entries;
        this.served = served;
    }

    /** {@code servers}: one collection of ids per server. */
    public static LedgerReport join(List<LedgerEntry> entries, Collection<? extends Collection<String>> servers) {
        Map<String, Integer> served = new HashMap<>();
        servers.forEach(ids -> ids.forEach(id -> served.merge(id, 1, Integer::sum)));
        return new LedgerReport(List.copyOf(entries), served);
    }

    /** The same from the files that {@link LedgerClient} and {@link EchoServer} write as programs. */
    public static LedgerReport joinFiles(Path client, Collection<Path> servers) {
        List<List<String>> ids = new ArrayList<>();
        for (Path server : servers) {
            try {
                ids.add(Files.exists(server) ? Files.readAllLines(server) : List.of());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return join(LedgerClient.read(client), ids);
    }

    public List<LedgerEntry> entries() {
        return entries;
    }

    public int sent() {
        return entries.size();
    }

    public int ok() {
        return sent() - failed().size();
    }

    public List<LedgerEntry> failed() {
        return entries.stream()
                .filter(entry -> entry.outcome() != LedgerEntry.Outcome.OK)
                .toList();
    }

    /** Requests of this client that reached servers more than once. */
    public List<String> duplicates() {
        return entries.stream()
                .map(LedgerEntry::id)
                .filter(id -> served.getOrDefault(id, 0) > 1)
                .toList();
    }

    /** The same, of requests that are not safe to repeat. */
    public List<String> duplicatePosts() {
        return duplicates().stream().filter(LedgerClient::isPost).toList();
    }

    /** Answers nobody gave: 200 at the client, unknown to every server. */
    public List<LedgerEntry> unexplained() {
        return entries.stream()
                .filter(entry -> entry.outcome() == LedgerEntry.Outcome.OK && !served.containsKey(entry.id()))
                .toList();
    }

    /** Good answers per backend. */
    public Map<String, Integer> backends() {
        Map<String, Integer> counts = new TreeMap<>();
        entries.stream()
                .filter(entry -> entry.outcome() == LedgerEntry.Outcome.OK)
                .forEach(entry -> counts.merge(entry.backend(), 1, Integer::sum));
        return counts;
    }

    /** Requests due in this span (microseconds since 1970). */
    public LedgerReport between(long fromMicros, long toMicros) {
        return new LedgerReport(
                entries.stream()
                        .filter(entry -> entry.startMicros() >= fromMicros && entry.startMicros() < toMicros)
                        .toList(),
                served);
    }

    /** How many were under way at this instant. */
    public int inFlightAt(long micros) {
        return (int) entries.stream()
                .filter(entry -> entry.startMicros() <= micros && entry.endMicros() >= micros)
                .count();
    }

    /** Latency in microseconds at this quantile (0…1) over all requests. */
    public long latencyMicros(double quantile) {
        long[] sorted =
                entries.stream().mapToLong(LedgerEntry::latencyMicros).sorted().toArray();
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, Math.round(quantile * (sorted.length - 1)))];
    }

    /** One line for people; with the failures by class and the first few in full. */
    @Override
    public String toString() {
        Map<LedgerEntry.Outcome, Integer> classes = new TreeMap<>();
        failed().forEach(entry -> classes.merge(entry.outcome(), 1, Integer::sum));
        StringBuilder out =
                new StringBuilder(sent() + " sent, " + ok() + " ok, " + failed().size() + " failed " + classes + ", "
                        + duplicates().size() + " duplicates, backends " + backends() + ", p50 " + latencyMicros(0.5)
                        + " us, p99 "
                        + latencyMicros(0.99) + " us");
        failed().stream().limit(5).forEach(entry -> out.append("\n  ").append(entry));
        return out.toString();
    }
}
