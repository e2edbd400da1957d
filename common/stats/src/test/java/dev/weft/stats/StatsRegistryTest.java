package dev.weft.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class StatsRegistryTest {
    private static final int WRITERS = 4;
    private static final int ADDS = 500_000;

    @Test
    void noCountIsLostBetweenWritersAndAScraperSeesNoneTwice() throws InterruptedException {
        StatsRegistry registry = new StatsRegistry(WRITERS);
        Counter counter = registry.counter("requests", "help");
        Gauge gauge = registry.gauge("active", "help");
        Histogram histogram = registry.histogram("duration", "help");
        AtomicBoolean done = new AtomicBoolean();
        List<String> wrong = new ArrayList<>();
        Thread scraper = Thread.ofPlatform().start(() -> {
            long last = 0;
            while (!done.get()) {
                long now = counter.value();
                if (now < last || now > (long) WRITERS * ADDS) {
                    wrong.add(last + " then " + now);
                }
                last = now;
                PrometheusText.write(registry);
            }
        });
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int cell = w;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < ADDS; i++) {
                    counter.increment(cell);
                    gauge.add(cell, i % 2 == 0 ? 1 : -1);
                    histogram.record(cell, i % 1000);
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        done.set(true);
        scraper.join();
        assertThat(wrong).isEmpty();
        assertThat(counter.value()).isEqualTo((long) WRITERS * ADDS);
        assertThat(gauge.value()).isZero();
        assertThat(java.util.Arrays.stream(histogram.counts()).sum()).isEqualTo((long) WRITERS * ADDS);
    }

    @Test
    void sameNameAndLabelsAreTheSameMetric() {
        StatsRegistry registry = new StatsRegistry(2);
        Counter one = registry.counter("c", "help", "code", "200");
        assertThat(registry.counter("c", "help", "code", "200")).isSameAs(one);
        assertThat(registry.counter("c", "help", "code", "404")).isNotSameAs(one);
        assertThatThrownBy(() -> registry.gauge("c", "help")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StatsRegistry(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void removedMetricsAreScrapedNoMore() {
        StatsRegistry registry = new StatsRegistry(1);
        Counter counter = registry.counter("c", "help", "cluster", "old");
        registry.remove("c", "cluster", "old");
        counter.increment(0); // a handle still in use does no harm
        assertThat(PrometheusText.write(registry)).isEmpty();
    }
}
