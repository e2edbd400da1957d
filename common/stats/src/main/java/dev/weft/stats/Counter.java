package dev.weft.stats;

import java.util.List;

/** A number that only grows. */
public final class Counter implements StatsRegistry.Metric {
    private final List<String> labels;
    private final Cells cells;

    Counter(List<String> labels, int cells) {
        this.labels = labels;
        this.cells = new Cells(cells);
    }

    /** Adds n ≥ 0 to the caller's own cell. Only that cell's thread may call. */
    public void add(int cell, long n) {
        cells.add(cell, n);
    }

    public void increment(int cell) {
        cells.add(cell, 1);
    }

    public long value() {
        return cells.sum();
    }

    @Override
    public List<String> labels() {
        return labels;
    }
}
