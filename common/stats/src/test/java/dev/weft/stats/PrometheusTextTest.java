package dev.weft.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    @Test
    void writesTheTextFormat() {
        StatsRegistry registry = new StatsRegistry(3);
        registry.counter("istio_requests_total", "Requests.", "response_code", "200", "reporter", "source")
                .add(1, 41);
        registry.counter("istio_requests_total", "Requests.", "response_code", "200", "reporter", "source")
                .increment(2);
        registry.counter("istio_requests_total", "Requests.", "path", "a\\b\"c\nd")
                .increment(0);
        registry.gauge("server_live", "Whether it lives.").set(0, 1);
        registry.gauge("asked", "Asked when scraped.", () -> 7, "of", "supplier");
        Histogram histogram =
                registry.histogram("istio_request_duration_milliseconds", "Duration.", "reporter", "source");
        histogram.record(0, 400); // 0.4 ms
        histogram.record(1, 500); // a bound belongs to its bucket
        histogram.record(2, 501);
        histogram.record(0, 2_000_000);
        histogram.record(0, 4_000_000_000L);
        assertThat(PrometheusText.write(registry)).isEqualTo("""
                # HELP istio_requests_total Requests.
                # TYPE istio_requests_total counter
                istio_requests_total{response_code="200",reporter="source"} 42
                istio_requests_total{path="a\\\\b\\"c\\nd"} 1
                # HELP server_live Whether it lives.
                # TYPE server_live gauge
                server_live 1
                # HELP asked Asked when scraped.
                # TYPE asked gauge
                asked{of="supplier"} 7
                # HELP istio_request_duration_milliseconds Duration.
                # TYPE istio_request_duration_milliseconds histogram
                istio_request_duration_milliseconds_bucket{reporter="source",le="0.5"} 2
                istio_request_duration_milliseconds_bucket{reporter="source",le="1"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="5"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="10"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="25"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="50"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="100"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="250"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="500"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="1000"} 3
                istio_request_duration_milliseconds_bucket{reporter="source",le="2500"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="5000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="10000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="30000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="60000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="300000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="600000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="1800000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="3600000"} 4
                istio_request_duration_milliseconds_bucket{reporter="source",le="+Inf"} 5
                istio_request_duration_milliseconds_sum{reporter="source"} 4002001.401
                istio_request_duration_milliseconds_count{reporter="source"} 5
                """);
    }

    @Test
    void fineBoundsHoldTheExportedOnes() {
        StatsRegistry registry = new StatsRegistry(1);
        Histogram histogram = registry.histogram("d", "Duration.");
        for (int i = 1; i <= 10_000; i++) {
            histogram.record(0, i * 10L);
        }
        String coarse = PrometheusText.write(registry);
        String fine = PrometheusText.write(registry, true);
        assertThat(fine.lines()).containsAll(coarse.lines().toList());
        assertThat(fine.lines().filter(line -> line.startsWith("d_bucket"))).hasSize(Histogram.fineBounds().length + 1);
    }
}
