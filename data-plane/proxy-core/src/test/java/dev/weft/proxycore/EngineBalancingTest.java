package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Balancers at work in a running engine. */
@Timeout(60)
class EngineBalancingTest {
    private static final String OWN = "{\"typed_extension_config\": {\"name\": \"p\", \"typed_config\": {\"@type\": "
            + "\"type.googleapis.com/xds.type.v3.TypedStruct\", \"type_url\": \"type.googleapis.com/weft.dev.%s\", "
            + "\"value\": {}}}}";
    private static final String RANDOM = "{\"typed_extension_config\": {\"name\": \"p\", \"typed_config\": {\"@type\": "
            + "\"type.googleapis.com/envoy.extensions.load_balancing_policies.random.v3.Random\"}}}";

    private final List<Backend> backends = new ArrayList<>();
    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
        backends.forEach(Backend::close);
    }

    private Backend backend(String name) {
        Backend backend = Backend.answering(name);
        backends.add(backend);
        return backend;
    }

    private void cluster(String policy, Backend... to) {
        StringBuilder endpoints = new StringBuilder();
        for (Backend backend : to) {
            endpoints
                    .append(endpoints.isEmpty() ? "" : ", ")
                    .append("{\"endpoint\": {\"address\": {\"socket_address\": {\"address\": \"127.0.0.1\", "
                            + "\"port_value\": ")
                    .append(backend.port())
                    .append("}}}}");
        }
        Parsed<Cluster> parsed = XdsReader.clusterJson("{\"name\": \"backend\", " + policy
                + ", \"load_assignment\": {\"cluster_name\": \"backend\", \"endpoints\": [{\"lb_endpoints\": ["
                + endpoints + "]}]}}");
        proxy.clusters.put("backend", ((Parsed.Ok<Cluster>) parsed).value());
        if (proxy.listeners.isEmpty()) {
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
        }
        proxy.apply();
    }

    private static String policy(String name) {
        return switch (name) {
            case "PEAK_EWMA" -> "\"load_balancing_policy\": {\"policies\": [" + OWN.formatted("PeakEwma") + "]}";
            case "APERTURE" ->
                "\"load_balancing_policy\": {\"policies\": [" + OWN.formatted("Aperture") + ", " + RANDOM + "]}";
            default -> "\"lb_policy\": \"" + name + "\"";
        };
    }

    /** Endpoints come and go between requests; the two that stay have one connection each, all the time. */
    @ParameterizedTest
    @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "RING_HASH", "MAGLEV", "PEAK_EWMA", "APERTURE"})
    void connectionsOfEndpointsThatStayOutliveTheOthers(String policy) throws IOException {
        Backend first = backend("first");
        Backend second = backend("second");
        cluster(policy(policy), first, second);
        try (Client client = proxy.client()) {
            for (int round = 0; round < 12; round++) {
                for (int i = 0; i < 20; i++) {
                    assertThat(client.get("/")).startsWith("HTTP/1.1 200");
                }
                if (round % 3 == 0) {
                    cluster(policy(policy), second, backend("new " + round), first);
                } else if (round % 3 == 1) {
                    cluster(policy(policy), first, second);
                } else {
                    cluster(policy(policy), backend("other " + round), first, second);
                }
            }
        }
        assertThat(first.requests).isNotEmpty();
        assertThat(second.requests).isNotEmpty();
        assertThat(first.connections).hasValue(1);
        assertThat(second.connections).hasValue(1);
    }

    @Test
    void aSlowEndpointGetsLessByLatency() throws IOException {
        Backend slow = new Backend(connection -> {
            while (connection.readRequest() != null) {
                long until = System.nanoTime() + 20_000_000; // its way of being slow
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
            }
        });
        backends.add(slow);
        Backend quick = backend("quick");
        cluster(policy("PEAK_EWMA"), slow, quick);
        try (Client client = proxy.client()) {
            for (int i = 0; i < 200; i++) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 200");
            }
        }
        // One at a time least request sees no difference; by latency the slow one is asked once.
        assertThat(slow.requests.size()).isBetween(1, 10);
        assertThat(quick.requests.size()).isGreaterThan(180);
    }

    @Test
    void anEndpointThatCannotBeReachedGivesItsKeysToTheNext() throws IOException {
        Backend dead = backend("dead");
        Backend first = backend("first");
        Backend second = backend("second");
        cluster(policy("MAGLEV"), dead, first, second);
        dead.close();
        try (Client client = proxy.client()) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 200");
            }
        }
        assertThat(first.requests).isNotEmpty();
        assertThat(second.requests).isNotEmpty();
    }
}
