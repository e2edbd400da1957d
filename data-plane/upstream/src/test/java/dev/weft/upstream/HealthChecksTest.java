package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.balance.Endpoint;
import dev.weft.balance.HealthFlag;
import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContexts;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters that are checked, with servers that answer, refuse, hang and change their mind. */
@Timeout(60)
class HealthChecksTest {
    private static final String TIMES =
            "\"timeout\": \"10s\", \"interval\": \"0.02s\", \"no_traffic_interval\": \"0.02s\","
                    + " \"unhealthy_threshold\": 2, \"healthy_threshold\": 2";
    private static final String SHORT = TIMES.replace("10s", "0.5s");
    private static final String HTTP = "\"http_health_check\": {\"path\": \"/healthz\"}";

    private final EventLoops loops = new EventLoops(1, "test");
    private final TlsContexts tls = new TlsContexts();
    private final StatsRegistry stats = new StatsRegistry(2);
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Log log = Log.to(new PrintStream(said, true, StandardCharsets.UTF_8), Log.Level.INFO, "test");
    private final Clusters clusters =
            new Clusters(loops.all(), tls, stats, new FakeResolver(), Whereabouts.UNKNOWN, log);
    private final List<AutoCloseable> servers = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        clusters.close();
        for (AutoCloseable server : servers) {
            server.close();
        }
        tls.close();
        loops.close();
    }

    /** Answers /healthz with a status and headers that a test may change. */
    private final class App {
        private final HttpServer server;
        private volatile int status = 200;
        private volatile @Nullable String header;
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private final List<String> asked = new CopyOnWriteArrayList<>();

        App() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/healthz", exchange -> {
                asked.add(exchange.getRequestMethod() + " "
                        + exchange.getRequestHeaders().getFirst("Host") + " "
                        + exchange.getRequestHeaders().getFirst("User-agent") + " "
                        + exchange.getRequestHeaders().getFirst("x-check"));
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                String extra = header;
                if (extra != null) {
                    exchange.getResponseHeaders().set(extra, "1");
                }
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            server.start();
            servers.add(() -> server.stop(0));
        }

        int port() {
            return server.getAddress().getPort();
        }
    }

    private static String endpoint(int port, String more) {
        return "{\"endpoint\": {\"address\": {\"socket_address\": {\"address\": \"127.0.0.1\", \"port_value\": " + port
                + "}}" + more + "}}";
    }

    private static Cluster parsed(String json) {
        Parsed<Cluster> parsed = XdsReader.clusterJson(json);
        assertThat(parsed).as("%s", parsed).isInstanceOf(Parsed.Ok.class);
        return ((Parsed.Ok<Cluster>) parsed).value();
    }

    private ClusterRuntime cluster(String check, String... endpoints) {
        Cluster config = parsed("{\"name\": \"c\", \"type\": \"STATIC\", \"connect_timeout\": \"1s\","
                + (check.isEmpty() ? "" : " \"health_checks\": [{" + check + "}],")
                + " \"load_assignment\": {\"cluster_name\": \"c\", \"endpoints\": [{\"lb_endpoints\": ["
                + String.join(", ", endpoints) + "]}]}}");
        clusters.update(Map.of("c", config), Map.of());
        return clusters.find("c");
    }

    /** The endpoints' health once each has been checked: on a busy machine that may take longer than a cluster waits. */
    private static List<Endpoint.Health> checked(ClusterRuntime cluster) {
        await(
                "all are checked",
                () -> cluster.healthStats().success.sum()
                                + cluster.healthStats().failure.sum()
                        >= cluster.hosts().all().stream()
                                .filter(EndpointRuntime::isChecked)
                                .count());
        return health(cluster);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            Thread.onSpinWait();
        }
    }

    private static List<Endpoint.Health> health(ClusterRuntime cluster) {
        return cluster.hosts().all().stream().map(Endpoint::health).toList();
    }

    private static EndpointRuntime only(ClusterRuntime cluster) {
        return cluster.hosts().all().getFirst();
    }

    private String metrics() {
        return PrometheusText.write(stats);
    }

    @Test
    void aNewClusterIsCheckedBeforeItIsUsed() throws IOException {
        App up = new App();
        App sick = new App();
        sick.status = 503;
        int nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = free.getLocalPort();
        }
        ClusterRuntime cluster =
                cluster(TIMES + ", " + HTTP, endpoint(up.port(), ""), endpoint(sick.port(), ""), endpoint(nobody, ""));
        assertThat(checked(cluster))
                .containsExactly(Endpoint.Health.HEALTHY, Endpoint.Health.UNHEALTHY, Endpoint.Health.UNHEALTHY);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("endpoint 127.0.0.1:" + sick.port() + " does not pass its health checks: status 503")
                .contains("endpoint 127.0.0.1:" + nobody + " does not pass its health checks: connection_refused");
        assertThat(metrics())
                .contains("envoy_cluster_membership_total{envoy_cluster_name=\"c\"} 3")
                .contains("envoy_cluster_membership_healthy{envoy_cluster_name=\"c\"} 1")
                .contains("envoy_cluster_health_check_healthy{envoy_cluster_name=\"c\"} 1");
        await("no answer is counted", () -> cluster.healthStats().networkFailure.sum() > 2);
        assertThat(cluster.stats().connections.value())
                .as("checks are no traffic")
                .isZero();
    }

    @Test
    void anEndpointGoesAndComesBackWithItsAnswers() {
        App app = new App();
        ClusterRuntime cluster = cluster(TIMES + ", " + HTTP, endpoint(app.port(), ""));
        EndpointRuntime endpoint = only(cluster);
        for (int i = 0; i < 3; i++) {
            app.status = 500;
            await("sick", () -> endpoint.health() == Endpoint.Health.UNHEALTHY);
            assertThat(endpoint.has(HealthFlag.FAILED_ACTIVE_HC)).isTrue();
            app.status = 200;
            await("well", () -> endpoint.health() == Endpoint.Health.HEALTHY);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("passes its health checks: status 200");
        assertThat(app.asked).contains("GET c Envoy/HC null");
    }

    @Test
    void anEndpointThatHangsFailsByTheTimeout() {
        App app = new App();
        ClusterRuntime cluster = cluster(SHORT + ", " + HTTP, endpoint(app.port(), ""));
        EndpointRuntime endpoint = only(cluster);
        await("well", () -> endpoint.health() == Endpoint.Health.HEALTHY);
        CountDownLatch closed = new CountDownLatch(1);
        app.gate = closed;
        await(
                "hangs",
                () -> endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT) && endpoint.health() == Endpoint.Health.UNHEALTHY);
        closed.countDown();
        await(
                "answers",
                () -> endpoint.health() == Endpoint.Health.HEALTHY && !endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT));
    }

    @Test
    void theRequestIsTheConfiguredOne() {
        App app = new App();
        app.status = 418;
        ClusterRuntime cluster = cluster(
                TIMES + ", \"http_health_check\": {\"path\": \"/healthz\", \"host\": \"h\", \"method\": \"HEAD\","
                        + " \"expected_statuses\": [{\"start\": 400, \"end\": 419}],"
                        + " \"request_headers_to_remove\": [\"User-Agent\"],"
                        + " \"request_headers_to_add\": [{\"header\": {\"key\": \"X-Check\", \"value\": \"100%%\"}}]}",
                endpoint(app.port(), ""),
                endpoint(app.port(), ", \"health_check_config\": {\"hostname\": \"own\"}"));
        assertThat(checked(cluster)).containsExactly(Endpoint.Health.HEALTHY, Endpoint.Health.HEALTHY);
        assertThat(app.asked).contains("HEAD h null 100%", "HEAD own null 100%");
    }

    @Test
    void anotherPortMayAnswerForAnEndpointAndItMayBeLeftAlone() {
        App serving = new App();
        App management = new App();
        management.status = 503;
        ClusterRuntime cluster = cluster(
                TIMES + ", " + HTTP,
                endpoint(serving.port(), ", \"health_check_config\": {\"port_value\": " + management.port() + "}"),
                endpoint(management.port(), ", \"health_check_config\": {\"disable_active_health_check\": true}"));
        assertThat(checked(cluster)).containsExactly(Endpoint.Health.UNHEALTHY, Endpoint.Health.HEALTHY);
        assertThat(serving.asked).isEmpty();
        management.status = 200;
        await("well", () -> cluster.hosts().all().getFirst().health() == Endpoint.Health.HEALTHY);
    }

    @Test
    void whoAsksToBeSparedIsDegraded() {
        App app = new App();
        app.header = "x-envoy-degraded";
        ClusterRuntime cluster = cluster(TIMES + ", " + HTTP, endpoint(app.port(), ""));
        assertThat(checked(cluster)).containsExactly(Endpoint.Health.DEGRADED);
        app.header = null;
        await("spared no more", () -> only(cluster).health() == Endpoint.Health.HEALTHY);
    }

    @Test
    void whoAsksToBeLeftOutDoesNotCount() {
        App app = new App();
        ClusterRuntime cluster = cluster(TIMES + ", " + HTTP, endpoint(app.port(), ""));
        app.header = "x-envoy-immediate-health-check-fail";
        app.status = 503;
        await("left out", () -> only(cluster).isExcluded());
        app.status = 200;
        await(
                "back",
                () -> only(cluster).health() == Endpoint.Health.HEALTHY
                        && !only(cluster).isExcluded());
    }

    @Test
    void bytesAreSaidAndAwaited() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        servers.add(server);
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            while (new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII)
                                    .equals("PING")) {
                                answered.incrementAndGet();
                                socket.getOutputStream().write("*1 PO".getBytes(StandardCharsets.US_ASCII));
                                socket.getOutputStream().flush();
                                socket.getOutputStream().write("NG ok".getBytes(StandardCharsets.US_ASCII));
                            }
                        } catch (IOException e) {
                            // the check ended it
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        String ping = "\"send\": {\"text\": \"50494e47\"}";
        ClusterRuntime cluster = cluster(
                TIMES + ", \"tcp_health_check\": {" + ping
                        + ", \"receive\": [{\"text\": \"504f4e47\"}, {\"text\": \"6f6b\"}]}",
                endpoint(server.getLocalPort(), ""));
        assertThat(checked(cluster)).containsExactly(Endpoint.Health.HEALTHY);
        await("asked again", () -> answered.get() > 5);
        assertThat(connections.get()).as("over the same connection").isEqualTo(1);
        ClusterRuntime other = cluster(
                SHORT + ", \"tcp_health_check\": {" + ping
                        + ", \"receive\": [{\"text\": \"6f6b\"}, {\"text\": \"504f4e47\"}]}",
                endpoint(server.getLocalPort(), ""));
        await("the other way round is no answer", () -> only(other).has(HealthFlag.ACTIVE_HC_TIMEOUT));
    }

    @Test
    void toBeConnectedIsEnoughForTcp() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ClusterRuntime cluster = cluster(TIMES + ", \"tcp_health_check\": {}", endpoint(server.getLocalPort(), ""));
        assertThat(checked(cluster)).containsExactly(Endpoint.Health.HEALTHY);
        server.close();
        await("closed", () -> only(cluster).health() == Endpoint.Health.UNHEALTHY);
    }

    @Test
    void checksThatComeAndGoTakeNobodyOut() {
        App app = new App();
        app.status = 503;
        ClusterRuntime cluster = cluster("", endpoint(app.port(), ""));
        EndpointRuntime endpoint = only(cluster);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        cluster(TIMES + ", " + HTTP, endpoint(app.port(), ""));
        assertThat(only(cluster)).isSameAs(endpoint);
        await("checked", () -> endpoint.health() == Endpoint.Health.UNHEALTHY);
        cluster("", endpoint(app.port(), ""));
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        int asked = app.asked.size();
        cluster(TIMES.replace("_threshold\": 2", "_threshold\": 3") + ", " + HTTP, endpoint(app.port(), ""));
        await("checked again", () -> app.asked.size() > asked + 1);
        assertThat(only(cluster)).isSameAs(endpoint);
    }

    @Test
    void whatIsKnownOfAnEndpointStaysWhenOthersComeAndGo() {
        App sick = new App();
        App first = new App();
        App second = new App();
        sick.status = 503;
        ClusterRuntime cluster = cluster(TIMES + ", " + HTTP, endpoint(sick.port(), ""), endpoint(first.port(), ""));
        EndpointRuntime known = only(cluster);
        cluster(TIMES + ", " + HTTP, endpoint(second.port(), ""), endpoint(sick.port(), ""));
        assertThat(cluster.hosts().all()).hasSize(2).element(1).isSameAs(known);
        assertThat(known.health()).isEqualTo(Endpoint.Health.UNHEALTHY);
        await("the new one is checked", () -> only(cluster).health() == Endpoint.Health.HEALTHY);
        int asked = first.asked.size();
        await("some more checks", () -> second.asked.size() > 5);
        assertThat(first.asked.size()).as("who left is not checked").isLessThanOrEqualTo(asked + 1);
    }

    private ClusterRuntime eds(boolean ignoreOnRemoval, App... apps) {
        String endpoints =
                List.of(apps).stream().map(app -> endpoint(app.port(), "")).collect(Collectors.joining(", "));
        Cluster config =
                parsed("{\"name\": \"e\", \"type\": \"EDS\", \"eds_cluster_config\": {\"eds_config\": {\"ads\": {}}},"
                        + " \"ignore_health_on_host_removal\": " + ignoreOnRemoval + ", \"health_checks\": [{" + TIMES
                        + ", "
                        + HTTP + "}]}");
        Parsed<ClusterLoadAssignment> assignment = XdsReader.clusterLoadAssignmentJson(
                "{\"cluster_name\": \"e\", \"endpoints\": [{\"lb_endpoints\": [" + endpoints + "]}]}");
        clusters.update(Map.of("e", config), Map.of("e", ((Parsed.Ok<ClusterLoadAssignment>) assignment).value()));
        return clusters.find("e");
    }

    @Test
    void anEndpointThatIsNoLongerThereStaysAsLongAsItPasses() {
        App leaving = new App();
        App staying = new App();
        ClusterRuntime cluster = eds(false, leaving, staying);
        assertThat(checked(cluster)).containsOnly(Endpoint.Health.HEALTHY);
        EndpointRuntime endpoint = only(cluster);
        eds(false, staying);
        assertThat(cluster.hosts().all()).hasSize(2).contains(endpoint);
        assertThat(endpoint.has(HealthFlag.PENDING_DYNAMIC_REMOVAL)).isTrue();
        eds(false, leaving, staying);
        assertThat(endpoint.has(HealthFlag.PENDING_DYNAMIC_REMOVAL)).isFalse();
        eds(false, staying);
        leaving.status = 503;
        await("gone", () -> cluster.hosts().all().size() == 1);
        await("retired", endpoint::isRetired); // after it is no longer picked
    }

    @Test
    void unlessItsHealthDoesNotMatterOnRemoval() {
        App leaving = new App();
        App staying = new App();
        ClusterRuntime cluster = eds(true, leaving, staying);
        eds(true, staying);
        assertThat(cluster.hosts().all()).hasSize(1);
    }

    /** Every address of 127.0.0.0/8 is this machine: one server is three thousand endpoints. */
    @Test
    void manyEndpointsAreNotManyConnectionsAtOnce() throws IOException {
        ServerSocket server = new ServerSocket(0, 4000);
        servers.add(server);
        List<Socket> held = new CopyOnWriteArrayList<>();
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch answering = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    held.add(socket);
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            answering.await();
                            open.decrementAndGet();
                            socket.getOutputStream().write('!');
                        } catch (IOException | InterruptedException e) {
                            // its check has ended
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        int endpoints = 3000;
        List<String> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            all.add(endpoint(server.getLocalPort(), "").replace("127.0.0.1", "127.1." + i / 250 + "." + (i % 250 + 1)));
        }
        String check =
                "\"timeout\": \"50s\", \"interval\": \"100s\", \"unhealthy_threshold\": 1, \"healthy_threshold\": 1,"
                        + " \"reuse_connection\": false, \"tcp_health_check\": {\"receive\": [{\"text\": \"21\"}]}";
        ClusterRuntime cluster = cluster(check, all.toArray(new String[0]));
        await("as many as there may be", () -> most.get() >= 512); // a slow connect is raced by a second one
        assertThat(cluster.healthStats().attempt.sum()).isEqualTo(512);
        answering.countDown();
        await("all of them", () -> !health(cluster).contains(Endpoint.Health.UNHEALTHY));
        assertThat(cluster.healthStats().attempt.sum()).isEqualTo(endpoints);
        assertThat(most.get()).isLessThanOrEqualTo(1024); // what the server has not seen end yet
    }
}
