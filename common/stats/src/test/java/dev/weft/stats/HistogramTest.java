package dev.weft.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private static Histogram histogram() {
        return new StatsRegistry(2).histogram("h", "help");
    }

    @Test
    void everyValueFallsIntoTheBucketOfItsBound() {
        double[] bounds = Histogram.bounds();
        for (int i = 0; i < bounds.length; i++) {
            Histogram histogram = histogram();
            long bound = Math.round(bounds[i] * 1000);
            histogram.record(0, bound);
            histogram.record(1, bound + 1);
            long[] counts = histogram.counts();
            assertThat(counts[i]).as("bound %s", bounds[i]).isEqualTo(1);
            assertThat(counts[i + 1]).as("above %s", bounds[i]).isEqualTo(1);
            assertThat(Arrays.stream(counts).sum()).isEqualTo(2);
        }
    }

    @Test
    void quantilesOfLatenciesAreWithinAFewPercent() {
        Random random = new Random(11);
        for (double median : new double[] {0.3, 2, 18, 140, 1700}) { // milliseconds
            Histogram histogram = histogram();
            double[] values = new double[100_000];
            for (int i = 0; i < values.length; i++) {
                values[i] = median * Math.exp(0.5 * random.nextGaussian()); // log-normal, as latencies are
                histogram.record(0, Math.round(values[i] * 1000));
            }
            Arrays.sort(values);
            for (double q : new double[] {0.5, 0.9, 0.99}) {
                double exact = values[(int) (q * values.length)];
                assertThat(histogram.quantile(q))
                        .as("p%s around %s ms", q * 100, median)
                        .isCloseTo(exact, within(exact * 0.05));
            }
        }
    }

    @Test
    void quantilesOfFewValues() {
        Histogram histogram = histogram();
        assertThat(histogram.quantile(0.5)).isNaN();
        histogram.record(0, 4_000_000_000L);
        assertThat(histogram.quantile(0.5)).as("above all bounds").isEqualTo(3_600_000);
        assertThat(Quantiles.of(new double[] {10, 20}, new long[] {0, 4, 0}, 0.5))
                .isEqualTo(15);
        assertThat(Quantiles.of(new double[] {10, 20}, new long[] {1, 1, 0}, 0)).isEqualTo(0);
        assertThatThrownBy(() -> Quantiles.of(new double[] {10}, new long[] {1}, 0.5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
