package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many connections and requests a cluster's endpoints get, from where, and for how long connections are kept. */
@Timeout(60)
class UpstreamLimitsTest {
    private static final String OVERFLOW =
            "upstream connect error or disconnect/reset before headers. reset reason: overflow";

    private final List<AutoCloseable> open = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore answers = new Semaphore(0);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    /** Answers a request each time the test allows one. */
    private Backend patient() {
        return opened(new Backend(connection -> {
            while (connection.readRequest() != null) {
                answers.acquireUninterruptibly();
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }));
    }

    private static Cluster cluster(String fields, int... ports) {
        StringBuilder endpoints = new StringBuilder();
        for (int port : ports) {
            endpoints
                    .append(endpoints.isEmpty() ? "" : ", ")
                    .append("{\"endpoint\": {\"address\": {\"socket_address\": "
                            + "{\"address\": \"127.0.0.1\", \"port_value\": ")
                    .append(port)
                    .append("}}}}");
        }
        Parsed<Cluster> parsed = XdsReader.clusterJson("""
                {"name": "backend", "type": "STATIC", %s
                 "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [%s]}]}}
                """.formatted(
                        (fields.contains("connect_timeout") ? "" : "\"connect_timeout\": \"1s\",")
                                + (fields.isEmpty() ? "" : fields + ","),
                        endpoints));
        return switch (parsed) {
            case Parsed.Ok<Cluster> ok -> ok.value();
            case Parsed.Rejected<Cluster> rejected ->
                throw new AssertionError(rejected.diagnostics().toString());
        };
    }

    private static String breakers(String thresholds) {
        return "\"circuit_breakers\": {\"thresholds\": [{" + thresholds + "}]}";
    }

    private TestProxy proxy(Cluster cluster) {
        return proxy(cluster, FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
    }

    private TestProxy proxy(Cluster cluster, FilterChain chain) {
        TestProxy proxy = opened(new TestProxy());
        proxy.clusters.put("backend", cluster);
        return proxy.listener("http", chain).apply();
    }

    private static long metric(TestProxy proxy, String name) {
        String line = "envoy_cluster_" + name + "{envoy_cluster_name=\"backend\"} ";
        return proxy.metrics()
                .lines()
                .filter(l -> l.startsWith(line))
                .mapToLong(l -> Long.parseLong(l.substring(line.length())))
                .findFirst()
                .orElse(0);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private Client asking(TestProxy proxy, int requestsUnderWay) throws Exception {
        Client client = opened(proxy.client());
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
        await("the request is under way", () -> metric(proxy, "upstream_rq_active") == requestsUnderWay);
        return client;
    }

    @Test
    void aRequestWaitsWhenConnectionsAreUsedUp() throws Exception {
        Backend backend = patient();
        TestProxy proxy = proxy(cluster(breakers("\"max_connections\": 1"), backend.port()));
        Client first = asking(proxy, 1);
        Client second = asking(proxy, 2);
        answers.release(2);
        assertThat(first.response()).startsWith("HTTP/1.1 200");
        assertThat(second.response()).startsWith("HTTP/1.1 200");
        assertThat(backend.connections).hasValue(1);
        assertThat(metric(proxy, "upstream_cx_overflow")).isEqualTo(1);
        assertThat(metric(proxy, "upstream_rq_pending_overflow")).isZero();
    }

    @Test
    void whoFindsNoPlaceToWaitIsRefused(@TempDir Path folder) throws Exception {
        Backend backend = patient();
        Path log = folder.resolve("access.log");
        TestProxy proxy = proxy(
                cluster(breakers("\"max_connections\": 1, \"max_pending_requests\": 1"), backend.port()),
                FilterChain.of(TestProxy.logging(log, TestProxy.forward("backend"))));
        Client first = asking(proxy, 1);
        Client second = asking(proxy, 2);
        Client third = opened(proxy.client());
        assertThat(third.get("/third")).startsWith("HTTP/1.1 503").endsWith(OVERFLOW);
        assertThat(metric(proxy, "upstream_rq_pending_overflow")).isEqualTo(1);
        answers.release(3);
        assertThat(first.response()).startsWith("HTTP/1.1 200");
        assertThat(second.response()).startsWith("HTTP/1.1 200");
        assertThat(third.get("/again")).as("the place is given back").startsWith("HTTP/1.1 200");
        await("the log", () -> {
            try {
                return Files.exists(log) && Files.readString(log).contains("/again");
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(Files.readString(log)).containsPattern("\"GET /third HTTP/1.1\" 503 UO ");
    }

    @Test
    void moreRequestsThanAllowedAreRefusedUntilOneEnds() throws Exception {
        Backend backend = patient();
        TestProxy proxy = proxy(cluster(breakers("\"max_requests\": 1"), backend.port()));
        Client first = asking(proxy, 1);
        Client second = opened(proxy.client());
        assertThat(second.get("/")).startsWith("HTTP/1.1 503").endsWith(OVERFLOW);
        assertThat(metric(proxy, "upstream_rq_pending_overflow")).isEqualTo(1);
        answers.release(2);
        assertThat(first.response()).startsWith("HTTP/1.1 200");
        assertThat(second.get("/")).startsWith("HTTP/1.1 200");
        assertThat(metric(proxy, "upstream_rq_total"))
                .as("refused requests were not sent")
                .isEqualTo(2);
    }

    @Test
    void aClientThatLeavesGivesItsPlaceBack() throws Exception {
        Backend backend = patient();
        TestProxy proxy = proxy(cluster(breakers("\"max_requests\": 1, \"max_connections\": 1"), backend.port()));
        for (int i = 0; i < 5; i++) {
            asking(proxy, 1).close();
            await("the place is free", () -> metric(proxy, "upstream_rq_active") == 0);
        }
        answers.release(10);
        assertThat(opened(proxy.client()).get("/")).startsWith("HTTP/1.1 200");
        assertThat(metric(proxy, "upstream_rq_pending_overflow")).isZero();
    }

    @Test
    void aNewLimitIsInForceAtOnce() throws Exception {
        Backend backend = patient();
        TestProxy proxy = proxy(cluster(breakers("\"max_requests\": 1"), backend.port()));
        Client first = asking(proxy, 1);
        proxy.clusters.put("backend", cluster(breakers("\"max_requests\": 2"), backend.port()));
        proxy.apply();
        Client second = asking(proxy, 2);
        answers.release(2);
        assertThat(first.response()).startsWith("HTTP/1.1 200");
        assertThat(second.response()).startsWith("HTTP/1.1 200");
    }

    @Test
    void tcpConnectionsHaveTheSameLimit() throws Exception {
        Backend backend = opened(new Backend(connection -> {
            int b = connection.in.read();
            while (b >= 0) {
                connection.out.write(b);
                b = connection.in.read();
            }
        }));
        TestProxy proxy = proxy(
                cluster(breakers("\"max_connections\": 1"), backend.port()),
                FilterChain.of(TcpProxy.of("tcp", "backend")));
        Client first = opened(proxy.client()).send("a");
        assertThat(first.read()).isEqualTo('a');
        assertThat(opened(proxy.client()).read()).as("closed").isNegative();
        assertThat(metric(proxy, "upstream_cx_overflow")).isEqualTo(1);
        first.close();
        await("the place is free", () -> metric(proxy, "upstream_cx_active") == 0);
        Client third = opened(proxy.client()).send("b");
        assertThat(third.read()).isEqualTo('b');
    }

    /** Linux repeats a lost SYN after a second, when this cluster has given up; the second SYN comes after 250 ms. */
    @Test
    void aLostSynIsRacedByAnother() throws Exception {
        ServerSocket server = opened(new BlackHole()).server;
        TestProxy proxy = proxy(cluster("\"connect_timeout\": \"0.9s\"", server.getLocalPort()));
        Client client = asking(proxy, 1);
        // The first SYN fell into the full queue; from here on there is room.
        Thread.startVirtualThread(() -> {
            while (true) {
                try {
                    Socket accepted = opened(server.accept());
                    Thread.startVirtualThread(() -> answerOnce(accepted));
                } catch (IOException e) {
                    return; // the test is over
                }
            }
        });
        assertThat(client.response()).startsWith("HTTP/1.1 200");
        assertThat(metric(proxy, "upstream_cx_connect_fail")).isZero();
    }

    private static void answerOnce(Socket socket) {
        try {
            if (socket.getInputStream().read() >= 0) {
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // one of those that filled the queue: closed at the test's end
        }
    }

    @Test
    void atMostEightConnectionsAreMadeAtOneTime() throws Exception {
        TestProxy proxy = proxy(cluster("", opened(new BlackHole()).port()));
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            clients.add(asking(proxy, i));
        }
        assertThat(metric(proxy, "upstream_cx_total")).isEqualTo(8);
        for (Client client : clients) {
            assertThat(client.response()).startsWith("HTTP/1.1 503").contains("connection timeout");
        }
    }

    @Test
    void nobodyQueuesForAnEndpointThatDoesNotAnswer() throws Exception {
        Backend backend = opened(Backend.answering("ok"));
        TestProxy proxy = proxy(cluster("", opened(new BlackHole()).port(), backend.port()));
        long begun = System.nanoTime();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(opened(proxy.client()).send("GET / HTTP/1.1\r\nHost: t\r\n\r\n"));
        }
        for (Client client : clients) {
            assertThat(client.response()).startsWith("HTTP/1.1 200");
        }
        // Half of them went to the dead one. Eight a second would take more than six.
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(4));
    }

    @Test
    void connectionsComeFromTheAddressThatIsAskedFor() throws Exception {
        List<String> sources = new ArrayList<>();
        Backend backend = opened(new Backend(connection -> {
            sources.add(connection.socket.getInetAddress().getHostAddress());
            while (connection.readRequest() != null) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        }));
        TestProxy proxy = proxy(cluster(
                "\"upstream_bind_config\": {\"source_address\": {\"address\": \"127.0.0.77\", \"port_value\": 0}}",
                backend.port()));
        assertThat(opened(proxy.client()).get("/")).startsWith("HTTP/1.1 200");
        assertThat(sources).containsExactly("127.0.0.77");
    }

    /** Decision 10: 3 s, or a second less than the peer's {@code Keep-Alive: timeout}. */
    @Test
    void idleConnectionsCloseBeforeThePeerWould() throws Exception {
        Map<String, Long> kept = new ConcurrentHashMap<>();
        CountDownLatch closed = new CountDownLatch(3);
        List<Backend> backends = new ArrayList<>();
        String forEver = "Keep-Alive: timeout=999999999999999999\r\n";
        for (String keepAlive : List.of("", "Keep-Alive: timeout=2\r\n", "Keep-Alive: max=9, timeout=6\r\n", forEver)) {
            backends.add(opened(new Backend(connection -> {
                connection.readRequest();
                connection.write("HTTP/1.1 200 OK\r\n" + keepAlive + "Content-Length: 0\r\n\r\n");
                long answered = System.nanoTime();
                assertThat(connection.in.read()).isNegative();
                kept.put(keepAlive, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - answered));
                closed.countDown();
            })));
        }
        for (Backend backend : backends) {
            assertThat(opened(proxy(cluster("", backend.port())).client()).get("/"))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(kept.get("")).isBetween(2_900L, 4_000L);
        assertThat(kept.get("Keep-Alive: timeout=2\r\n")).isBetween(900L, 1_900L);
        assertThat(kept.get("Keep-Alive: max=9, timeout=6\r\n")).isBetween(4_900L, 5_900L);
        assertThat(kept).doesNotContainKey(forEver);
    }

    @Test
    void connectionsOfAnEndpointThatLeavesAreClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Backend leaving = opened(new Backend(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=600\r\nContent-Length: 0\r\n\r\n");
            assertThat(connection.in.read()).isNegative();
            closed.countDown();
        }));
        Backend staying = opened(Backend.answering("ok"));
        TestProxy proxy = proxy(cluster("", leaving.port()));
        assertThat(opened(proxy.client()).get("/")).startsWith("HTTP/1.1 200");
        proxy.clusters.put("backend", cluster("", staying.port()));
        proxy.apply();
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(opened(proxy.client()).get("/")).endsWith("ok");
    }
}
