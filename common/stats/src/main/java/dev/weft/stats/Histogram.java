package dev.weft.stats;

import java.util.List;

/**
 * A distribution with Envoy's default bucket bounds, so that existing dashboards read it
 * (envoy.config.metrics.v3.HistogramBucketSettings). Values are recorded in thousandths of the unit (microseconds for a
 * histogram in milliseconds), so that recording needs no floating point.
 */
public final class Histogram implements StatsRegistry.Metric {
    /** Upper bounds in the histogram's own unit. */
    static final double[] BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000
    };

    private static final long[] MILLI_BOUNDS = new long[BOUNDS.length];

    static {
        for (int i = 0; i < BOUNDS.length; i++) {
            MILLI_BOUNDS[i] = (long) (BOUNDS[i] * 1000);
        }
    }

    private final List<String> labels;
    private final Cells[] buckets;
    private final Cells sum;

    Histogram(List<String> labels, int cells) {
        this.labels = labels;
        this.buckets = new Cells[BOUNDS.length + 1];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new Cells(cells);
        }
        this.sum = new Cells(cells);
    }

    /** Records one value in thousandths of the unit. Only the cell's thread may call. */
    public void record(int cell, long thousandths) {
        int i = 0;
        while (i < MILLI_BOUNDS.length && thousandths > MILLI_BOUNDS[i]) {
            i++;
        }
        buckets[i].add(cell, 1);
        sum.add(cell, thousandths);
    }

    /** Counts per bucket, not cumulative; the last one is above all bounds. */
    public long[] counts() {
        long[] counts = new long[buckets.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = buckets[i].sum();
        }
        return counts;
    }

    /** Sum of all values in the histogram's unit. */
    public double sum() {
        return sum.sum() / 1000.0;
    }

    /** Upper bounds of the buckets in the histogram's unit. */
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    @Override
    public List<String> labels() {
        return labels;
    }
}
