package dev.weft.stats;

/** Quantiles of counted buckets, as Prometheus' {@code histogram_quantile} takes them: linear within a bucket. */
public final class Quantiles {
    private Quantiles() {}

    /**
     * The value that a share of all values do not pass.
     *
     * @param bounds upper bounds, ascending
     * @param counts per bucket, not cumulative; one more than bounds: the last is above all of them
     * @param q from 0 to 1
     * @return NaN when nothing was counted; the highest bound when the value lies above it
     */
    public static double of(double[] bounds, long[] counts, double q) {
        if (counts.length != bounds.length + 1 || q < 0 || q > 1) {
            throw new IllegalArgumentException(bounds.length + " bounds, " + counts.length + " counts, q = " + q);
        }
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        if (total == 0) {
            return Double.NaN;
        }
        double rank = q * total;
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double lower = i == 0 ? 0 : bounds[i - 1];
                return lower + (bounds[i] - lower) * Math.max(0, rank - below) / counts[i];
            }
            below += counts[i];
        }
        return bounds[bounds.length - 1];
    }
}
