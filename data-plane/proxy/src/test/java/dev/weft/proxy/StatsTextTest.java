package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.stats.StatsRegistry;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StatsTextTest {
    @Test
    void namesAreEnvoys() {
        assertThat(StatsText.dotted("envoy_cluster_upstream_rq_total", List.of("envoy_cluster_name", "a|b")))
                .isEqualTo("cluster.a|b.upstream_rq_total");
        assertThat(StatsText.dotted(
                        "envoy_cluster_upstream_rq_xx",
                        List.of("envoy_response_code_class", "2", "envoy_cluster_name", "x")))
                .isEqualTo("cluster.x.upstream_rq_2xx");
        assertThat(StatsText.dotted(
                        "envoy_http_downstream_cx_active", List.of("envoy_http_conn_manager_prefix", "ingress")))
                .isEqualTo("http.ingress.downstream_cx_active");
        assertThat(StatsText.dotted("envoy_server_live", List.of())).isEqualTo("server.live");
        assertThat(StatsText.dotted("istio_requests_total", List.of("reporter", "source")))
                .isEqualTo("istio_requests_total.reporter.source");
    }

    @Test
    void filterAndUsedOnlyLeaveOut() {
        StatsRegistry stats = new StatsRegistry(1);
        stats.counter("envoy_cluster_a", "", "envoy_cluster_name", "x").add(0, 3);
        stats.counter("envoy_cluster_b", "", "envoy_cluster_name", "x");
        assertThat(StatsText.text(stats, null, false)).isEqualTo("cluster.x.a: 3\ncluster.x.b: 0\n");
        assertThat(StatsText.text(stats, null, true)).isEqualTo("cluster.x.a: 3\n");
        assertThat(StatsText.text(stats, Pattern.compile("b$"), false)).isEqualTo("cluster.x.b: 0\n");
        assertThat(StatsText.prometheus(stats, null, true, false))
                .contains("envoy_cluster_a{envoy_cluster_name=\"x\"} 3\n")
                .doesNotContain("envoy_cluster_b");
        assertThat(StatsText.prometheus(stats, Pattern.compile("^cluster.x.b"), false, false))
                .contains("envoy_cluster_b{envoy_cluster_name=\"x\"} 0\n")
                .doesNotContain("envoy_cluster_a");
    }
}
