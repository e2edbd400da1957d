package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HealthCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where requests go when the endpoints are checked. */
@Timeout(30)
class EngineHealthCheckTest {
    private static final HealthCheck CHECK = new HealthCheck(
            new HealthCheck.Http(
                    "",
                    "/healthz",
                    "GET",
                    List.of(),
                    List.of(),
                    List.of(new HealthCheck.StatusRange(200, 201)),
                    List.of(),
                    false),
            Duration.ofMillis(500),
            HealthCheck.Intervals.every(Duration.ofMillis(20)),
            1,
            1,
            true,
            null);

    /** Says its name, and whether it is well. */
    private static final class App implements AutoCloseable {
        private volatile String health = "200 OK";
        private volatile String answer = "200 OK";
        private final Backend backend;

        App(String name) {
            backend = new Backend(connection -> {
                for (String head = connection.readRequest(); head != null; head = connection.readRequest()) {
                    boolean check = head.startsWith("GET /healthz ");
                    connection.write("HTTP/1.1 " + (check ? health : answer) + "\r\nContent-Length: " + name.length()
                            + "\r\n\r\n" + name);
                }
            });
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    private static TestProxy proxy(App... apps) {
        TestProxy proxy = new TestProxy();
        int[] ports = new int[apps.length];
        for (int i = 0; i < apps.length; i++) {
            ports[i] = apps[i].backend.port();
        }
        proxy.cluster("backend", ports);
        Cluster plain = proxy.clusters.get("backend");
        proxy.clusters.put("backend", plain.withHealthChecking(new Cluster.HealthChecking(CHECK, false, false)));
        proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
        return proxy.apply();
    }

    private static Set<String> bodies(Client client, int requests) throws IOException {
        Set<String> bodies = new HashSet<>();
        for (int i = 0; i < requests; i++) {
            String response = client.get("/");
            bodies.add(response.substring(response.indexOf("\r\n\r\n") + 4));
        }
        return bodies;
    }

    /** Asks until a run of requests is answered by exactly these. */
    private static void awaitBodies(Client client, String... names) throws IOException {
        long end = System.nanoTime() + 10_000_000_000L;
        for (Set<String> bodies = Set.of(); !bodies.equals(Set.of(names)); bodies = bodies(client, 12)) {
            assertThat(System.nanoTime() - end)
                    .as("%s, not %s", bodies, List.of(names))
                    .isNegative();
        }
    }

    @Test
    void requestsGoWhereChecksPass() throws IOException {
        try (App a = new App("a");
                App b = new App("b");
                App c = new App("c")) {
            c.health = "503 Service Unavailable";
            try (TestProxy proxy = proxy(a, b, c);
                    Client client = proxy.client()) {
                assertThat(bodies(client, 30)).as("from the first request on").containsExactlyInAnyOrder("a", "b");
                c.health = "200 OK";
                awaitBodies(client, "a", "b", "c");
                a.health = "500 Internal Server Error";
                awaitBodies(client, "b", "c");
            }
        }
    }

    @Test
    void whenNoCheckPassesAllAreTried() throws IOException {
        try (App a = new App("a");
                App b = new App("b")) {
            a.health = "503 Service Unavailable";
            b.health = "503 Service Unavailable";
            try (TestProxy proxy = proxy(a, b);
                    Client client = proxy.client()) {
                assertThat(bodies(client, 30)).containsExactlyInAnyOrder("a", "b");
            }
        }
    }

    @Test
    void anAnswerToARequestMayAskToBeLeftOut() throws IOException {
        try (App a = new App("a");
                App b = new App("b")) {
            try (TestProxy proxy = proxy(a, b);
                    Client client = proxy.client()) {
                a.answer = "503 Service Unavailable\r\nx-envoy-immediate-health-check-fail: true";
                a.health = "503 Service Unavailable";
                assertThat(bodies(client, 10)).contains("a");
                awaitBodies(client, "b");
                a.health = "200 OK";
                awaitBodies(client, "a", "b");
            }
        }
    }
}
