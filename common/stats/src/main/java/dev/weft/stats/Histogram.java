package dev.weft.stats;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A distribution. It is exported with Envoy's default bucket bounds, so that existing dashboards read it
 * (envoy.config.metrics.v3.HistogramBucketSettings), and counted in finer ones between them, so that a quantile taken here
 * is within a few percent. Values are recorded in thousandths of the unit (microseconds for a histogram in milliseconds),
 * so that recording needs no floating point.
 */
public final class Histogram implements StatsRegistry.Metric {
    /** Upper bounds in the histogram's own unit. */
    static final double[] BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000
    };

    /** Those and more, at most a factor of 1.5 apart where latencies lie. */
    static final double[] FINE_BOUNDS = DoubleStream.concat(
                    Arrays.stream(BOUNDS),
                    DoubleStream.of(
                            0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 0.8, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 6, 7, 8,
                            9, 12, 15, 20, 30, 35, 40, 60, 75, 125, 150, 200, 300, 350, 400, 600, 750, 1250, 1500, 2000,
                            3000, 4000, 6000, 7000, 15_000, 20_000))
            .sorted()
            .toArray();

    private static final long[] FINE_THOUSANDTHS = Arrays.stream(FINE_BOUNDS)
            .mapToLong(bound -> Math.round(bound * 1000))
            .toArray();

    /** For each fine bucket the exported one it is part of. */
    private static final int[] EXPORTED_AS = new int[FINE_BOUNDS.length + 1];

    static {
        for (int fine = 0; fine < EXPORTED_AS.length; fine++) {
            int exported = 0;
            while (exported < BOUNDS.length && (fine == FINE_BOUNDS.length || BOUNDS[exported] < FINE_BOUNDS[fine])) {
                exported++;
            }
            EXPORTED_AS[fine] = exported;
        }
    }

    private static final int SUM = FINE_BOUNDS.length + 1; // the column behind the buckets

    private final List<String> labels;
    private final Cells cells;

    Histogram(List<String> labels, int cells) {
        this.labels = labels;
        this.cells = new Cells(cells, SUM + 1);
    }

    /** Records one value in thousandths of the unit. Only the cell's thread may call. */
    public void record(int cell, long thousandths) {
        int low = 0;
        int high = FINE_THOUSANDTHS.length; // the first bound that is not below the value
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (FINE_THOUSANDTHS[middle] < thousandths) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        cells.add(cell, low, 1);
        cells.add(cell, SUM, thousandths);
    }

    /** Counts per exported bucket, not cumulative; the last one is above all bounds. */
    public long[] counts() {
        long[] fine = fineCounts();
        long[] counts = new long[BOUNDS.length + 1];
        for (int i = 0; i < fine.length; i++) {
            counts[EXPORTED_AS[i]] += fine[i];
        }
        return counts;
    }

    /** Counts per fine bucket, not cumulative; the last one is above all bounds. */
    public long[] fineCounts() {
        long[] counts = new long[FINE_BOUNDS.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = cells.sum(i);
        }
        return counts;
    }

    /** Sum of all values in the histogram's unit. */
    public double sum() {
        return cells.sum(SUM) / 1000.0;
    }

    /** The value that a share {@code q} of all values do not pass, in the histogram's unit; NaN when there is none. */
    public double quantile(double q) {
        return Quantiles.of(FINE_BOUNDS, fineCounts(), q);
    }

    /** Upper bounds of the exported buckets in the histogram's unit. */
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    /** Upper bounds of the fine buckets in the histogram's unit. */
    public static double[] fineBounds() {
        return FINE_BOUNDS.clone();
    }

    @Override
    public List<String> labels() {
        return labels;
    }
}
