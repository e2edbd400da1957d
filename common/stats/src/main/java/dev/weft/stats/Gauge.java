package dev.weft.stats;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A number that goes up and down: the sum of what each writer holds. */
public final class Gauge implements StatsRegistry.Metric {
    private final List<String> labels;
    private final Cells cells;
    private final @Nullable LongSupplier supplier;

    Gauge(List<String> labels, int cells, @Nullable LongSupplier supplier) {
        this.labels = labels;
        this.cells = new Cells(cells);
        this.supplier = supplier;
    }

    /** Adds n (may be negative) to the caller's own cell. Only that cell's thread may call. */
    public void add(int cell, long n) {
        cells.add(cell, n);
    }

    /** Sets the caller's own cell. Only that cell's thread may call. */
    public void set(int cell, long n) {
        cells.set(cell, n);
    }

    public long value() {
        return supplier != null ? supplier.getAsLong() : cells.sum();
    }

    @Override
    public List<String> labels() {
        return labels;
    }
}
