package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.adminapi.GraphEdge;
import dev.weft.adminapi.GraphNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static String source(String destination, String version, String code, int count) {
        return "istio_requests_total{reporter=\"source\",source_workload=\"web-1\",destination_service_name=\""
                + destination + "\",destination_service_namespace=\"shop\",destination_version=\"" + version
                + "\",response_code=\"" + code + "\",connection_security_policy=\"unknown\"} " + count + "\n";
    }

    private static String destination(String app, String policy, int count) {
        return "istio_requests_total{reporter=\"destination\",source_app=\"" + app
                + "\",source_workload_namespace=\"shop\",response_code=\"200\",connection_security_policy=\"" + policy
                + "\"} " + count + "\n";
    }

    private static String buckets(int below10, int below25, int all) {
        String head = "istio_request_duration_milliseconds_bucket{reporter=\"source\","
                + "destination_service_name=\"orders\",destination_service_namespace=\"shop\",le=\"";
        return head + "10\"} " + below10 + "\n" + head + "25\"} " + below25 + "\n" + head + "+Inf\"} " + all + "\n";
    }

    private static GraphBuilder graph(double seconds, Map<Edge, EdgeCounters> then, Map<Edge, EdgeCounters> now) {
        GraphBuilder builder = new GraphBuilder(seconds);
        now.forEach((edge, counters) -> builder.add(edge, counters.since(then.getOrDefault(edge, new EdgeCounters()))));
        return builder;
    }

    @Test
    void partsOfACanaryAreOneDestination() {
        String called = source("orders-v1", "v1", "200", 60) + source("orders-v2", "v2", "200", 40);
        String instance = "source_workload=\"web-1\",destination_canonical_service=\"orders\","
                + "destination_workload_namespace=\"shop\",";
        GraphBuilder builder = new GraphBuilder(10);
        ProxyMetrics.read(called.replace("source_workload=\"web-1\",", instance), "web.shop")
                .forEach(builder::add);
        ProxyMetrics.read(destination("web", "mutual_tls", 100), "orders.shop").forEach(builder::add);
        GraphEdge edge = builder.edges().getFirst();
        assertThat(builder.edges()).hasSize(1);
        assertThat(edge.destination()).isEqualTo("orders.shop");
        assertThat(edge.requestsPerSecond()).isEqualTo(10);
        assertThat(edge.versions())
                .containsExactly(new GraphEdge.VersionShare("v1", 6), new GraphEdge.VersionShare("v2", 4));
        // Nobody answered: all that is known is who was called.
        assertThat(ProxyMetrics.read(source("orders-v9", "unknown", "503", 1), "web.shop"))
                .containsOnlyKeys(new Edge("web.shop", "orders-v9.shop", "http", true));
    }

    @Test
    void ratesComeFromTheCallerAndEncryptionFromTheCallee() {
        Map<Edge, EdgeCounters> before = ProxyMetrics.read(source("orders", "v1", "200", 100), "web.shop");
        Map<Edge, EdgeCounters> after = ProxyMetrics.read(
                "# HELP nothing\n" + source("orders", "v1", "200", 150) + source("orders", "v2", "503", 50)
                        + buckets(50, 100, 100),
                "web.shop");
        GraphBuilder builder = graph(10, before, after);
        ProxyMetrics.read(destination("web", "mutual_tls", 95), "orders.shop").forEach(builder::add);
        GraphEdge edge = builder.edges().getFirst();
        assertThat(edge.source() + " " + edge.destination()).isEqualTo("web.shop orders.shop");
        assertThat(edge.requestsPerSecond()).isEqualTo(10);
        assertThat(edge.successRate()).isEqualTo(0.5);
        assertThat(edge.p50Millis()).isEqualTo(10);
        assertThat(edge.p99Millis()).isEqualTo(24.7, within(0.01));
        assertThat(edge.mtls()).isTrue();
        assertThat(edge.versions())
                .containsExactly(new GraphEdge.VersionShare("v1", 5), new GraphEdge.VersionShare("v2", 5));
        List<GraphNode> nodes = builder.nodes(
                Map.of("web.shop", 1, "orders.shop", 2, "quiet.shop", 0, "orders-v1.shop", 1, "idle.shop", 1),
                Set.of("web.shop", "orders.shop", "idle.shop"));
        assertThat(nodes)
                .extracting(GraphNode::id)
                .containsExactly("idle.shop", "orders.shop", "quiet.shop", "web.shop");
        assertThat(nodes.get(1).requestsPerSecond()).isEqualTo(9.5);
    }

    @Test
    void onePlaintextRequestTakesTheLockOff() {
        GraphBuilder builder = new GraphBuilder(10);
        ProxyMetrics.read(destination("web", "mutual_tls", 95) + destination("web", "none", 5), "orders.shop")
                .forEach(builder::add);
        assertThat(builder.edges().getFirst().mtls()).isFalse();
        assertThat(builder.edges().getFirst().plaintextPerSecond()).isEqualTo(0.5);
    }

    @Test
    void aCallerWithoutASidecarIsUnknown() {
        GraphBuilder builder = new GraphBuilder(10);
        ProxyMetrics.read(
                        "istio_requests_total{reporter=\"destination\",source_app=\"unknown\",response_code=\"200\"} 7\n",
                        "orders.shop")
                .forEach(builder::add);
        assertThat(builder.edges().getFirst().source()).isEqualTo("unknown");
        assertThat(builder.nodes(Map.of(), Set.of()))
                .extracting(GraphNode::kind)
                .containsExactly("external", "external");
    }

    @Test
    void aCounterThatFellBeganAnew() {
        EdgeCounters before = new EdgeCounters();
        before.requests = 1000;
        EdgeCounters after = new EdgeCounters();
        after.requests = 3;
        assertThat(after.since(before).requests).isEqualTo(3);
    }

    @Test
    void labelsMayHoldAnything() {
        PrometheusLine line = PrometheusLine.parse("x_total{a=\"q\\\"}\\\\,\\n=\",b=\"\"} 1.5e3 1700000000000");
        assertThat(line).isNotNull();
        assertThat(line.label("a")).isEqualTo("q\"}\\,\n=");
        assertThat(line.value()).isEqualTo(1500);
        for (String bad : List.of("", "x", "x{a=\"b", "x{a} 1", "x{a=\"b\"} one")) {
            assertThat(PrometheusLine.parse(bad)).isNull();
        }
    }
}
