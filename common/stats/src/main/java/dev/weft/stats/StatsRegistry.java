package dev.weft.stats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * All metrics of a process. A metric has one cell per writer (cell 0: the control thread, cells 1…N: the event loops), so
 * that counting is a plain store; readers sum the cells.
 *
 * <p>Threads: handles are resolved at configuration time, from any thread (guarded by this); a cell is written by its own
 * thread only; any thread reads.
 */
public final class StatsRegistry {
    private final int cells;
    private final Map<String, Family> families = new LinkedHashMap<>(); // guarded by this

    /** @param cells number of writers, at least 1 */
    public StatsRegistry(int cells) {
        if (cells < 1) {
            throw new IllegalArgumentException("need at least one cell");
        }
        this.cells = cells;
    }

    public int cells() {
        return cells;
    }

    /** What kind of values a family holds. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /** All metrics of one name: they differ in their labels. */
    public record Family(String name, String help, Type type, Map<List<String>, Metric> metrics) {}

    /** One value or distribution with its labels. */
    public sealed interface Metric permits Counter, Gauge, Histogram {
        /** Label names and values, alternating. */
        List<String> labels();
    }

    /** The counter of that name and labels (names and values alternating), made at the first call. */
    public synchronized Counter counter(String name, String help, String... labels) {
        return (Counter) family(name, help, Type.COUNTER).computeIfAbsent(List.of(labels), l -> new Counter(l, cells));
    }

    /** The gauge of that name and labels, made at the first call. */
    public synchronized Gauge gauge(String name, String help, String... labels) {
        return (Gauge) family(name, help, Type.GAUGE).computeIfAbsent(List.of(labels), l -> new Gauge(l, cells, null));
    }

    /** A gauge whose value is asked for when scraped; the supplier must be cheap and safe from any thread. */
    public synchronized void gauge(String name, String help, LongSupplier value, String... labels) {
        family(name, help, Type.GAUGE).put(List.of(labels), new Gauge(List.of(labels), cells, value));
    }

    /**
     * A counter that is kept elsewhere and asked for when scraped; the supplier must be cheap, safe from any thread, and
     * never fall.
     */
    public synchronized void counter(String name, String help, LongSupplier value, String... labels) {
        family(name, help, Type.COUNTER).put(List.of(labels), new Gauge(List.of(labels), cells, value));
    }

    /** The histogram of that name and labels, made at the first call. */
    public synchronized Histogram histogram(String name, String help, String... labels) {
        return (Histogram)
                family(name, help, Type.HISTOGRAM).computeIfAbsent(List.of(labels), l -> new Histogram(l, cells));
    }

    /** Forgets one metric, e.g. of a removed cluster. Handles stay usable but are scraped no more. */
    public synchronized void remove(String name, String... labels) {
        Family family = families.get(name);
        if (family != null) {
            family.metrics().remove(List.of(labels));
        }
    }

    /** A copy of the families as they are now; the metrics are live. */
    public synchronized Collection<Family> families() {
        List<Family> copy = new ArrayList<>(families.size());
        for (Family f : families.values()) {
            copy.add(new Family(f.name(), f.help(), f.type(), new LinkedHashMap<>(f.metrics())));
        }
        return copy;
    }

    private Map<List<String>, Metric> family(String name, String help, Type type) {
        Family family = families.computeIfAbsent(name, n -> new Family(n, help, type, new LinkedHashMap<>()));
        if (family.type() != type) {
            throw new IllegalArgumentException(name + " is a " + family.type());
        }
        return family.metrics();
    }
}
