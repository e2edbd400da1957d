package dev.weft.proxy;

import dev.weft.base.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What lives in the heap: the old generation as its last collection left it, for what has come since may be garbage.
 *
 * <p>That figure is as old as the collection, and a proxy that refuses work makes little garbage: while it is high, a
 * collection is asked for every {@value #COLLECT_SECONDS} s, or the overload would outlive its cause.
 */
final class HeapPressure implements Pressure {
    /** Below all thresholds, their margins taken off. */
    private static final double HIGH = 0.85;

    /** A full collection of a sidecar's heap takes some 50 ms: 1 % of the time, while there is little else to do. */
    private static final int COLLECT_SECONDS = 5;

    private final Supplier<@Nullable MemoryUsage> collected;
    private final Runnable collector;
    private final Ticker ticker;
    private boolean high;
    private long collectedNanos;

    /** @param collected the state after the last collection; null when the collector cannot tell */
    HeapPressure(Supplier<@Nullable MemoryUsage> collected, Runnable collector, Ticker ticker) {
        this.collected = collected;
        this.collector = collector;
        this.ticker = ticker;
    }

    /** Of this JVM. */
    static HeapPressure ofThisProcess() {
        // Eden and survivor spaces have no usage threshold, what they overflow into has.
        MemoryPoolMXBean old = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
                .findFirst()
                .orElse(null);
        return new HeapPressure(() -> old == null ? null : old.getCollectionUsage(), System::gc, Ticker.SYSTEM);
    }

    @Override
    public double sample() {
        double taken = taken();
        if (taken < HIGH) {
            high = false;
            return taken;
        }
        if (!high) {
            high = true;
            collectedNanos = ticker.nanos(); // a collection has just said so
        } else if (ticker.nanos() - collectedNanos >= TimeUnit.SECONDS.toNanos(COLLECT_SECONDS)) {
            collector.run();
            collectedNanos = ticker.nanos();
            taken = taken();
        }
        return taken;
    }

    private double taken() {
        MemoryUsage usage = collected.get();
        return usage == null || usage.getMax() <= 0 ? 0 : (double) usage.getUsed() / usage.getMax();
    }
}
