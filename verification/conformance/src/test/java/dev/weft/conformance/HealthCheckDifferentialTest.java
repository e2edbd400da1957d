package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.testkit.Await;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy and Weft, with the same checks of the same kinds of endpoints, find the same in {@code /clusters}. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealthCheckDifferentialTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();

    /** What the changing endpoint answers, check by check; 503 is retriable, three of them in a row are too many. */
    private static final int[] SCRIPT = {
        200, 200, 503, 503, 200, 503, 503, 503, 503, 200, 200, 200, 503, 404, 200, 503, 200, 200, 200
    };

    @TempDir
    static Path folder;

    /** One cluster with one endpoint, by what is to be found of it. */
    private record Case(String flags, String check, int port, String endpoint) {}

    private static final Map<String, Case> CASES = new LinkedHashMap<>();
    private static int envoyAdmin;
    private static int weftAdmin;
    private static final List<String> ENVOY_STEPS = new CopyOnWriteArrayList<>();
    private static final List<String> WEFT_STEPS = new CopyOnWriteArrayList<>();
    private static final CountDownLatch END = new CountDownLatch(1);
    private static final List<Socket> GREETED = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void startBoth() throws IOException {
        cases();
        envoyAdmin = FreePorts.next();
        weftAdmin = FreePorts.next();
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", envoyAdmin, scripted(envoyAdmin, ENVOY_STEPS))
                        .toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", weftAdmin, scripted(weftAdmin, WEFT_STEPS)));
        TO_CLOSE.push(weft);
        RunningProcess unused = envoy.awaitPort("127.0.0.1", envoyAdmin, LIMIT);
        unused = weft.awaitPort("127.0.0.1", weftAdmin, LIMIT);
    }

    @AfterAll
    static void stopAll() throws Exception {
        END.countDown();
        for (Socket socket : GREETED) {
            socket.close();
        }
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    private static void cases() throws IOException {
        int app = http(HealthCheckDifferentialTest::answer);
        int nobody = FreePorts.next();
        String failed = "/failed_active_hc";
        request("200", "healthy", app, "/200", "");
        request("204", failed, app, "/204", "");
        request("204 expected", "healthy", app, "/204", ", \"expected_statuses\": [{\"start\": 200, \"end\": 300}]");
        request("200 not expected", failed, app, "/200", ", \"expected_statuses\": [{\"start\": 300, \"end\": 400}]");
        request("503", failed, app, "/503", "");
        request("503 retriable", failed, app, "/503", ", \"retriable_statuses\": [{\"start\": 500, \"end\": 600}]");
        request("HEAD", "healthy", app, "/method/HEAD", ", \"method\": \"HEAD\"");
        request("host", "healthy", app, "/host/h.test", ", \"host\": \"h.test\"");
        request("the cluster's name as host", "healthy", app, "/host/the_cluster_s_name_as_host", "");
        request(
                "header",
                "healthy",
                app,
                "/header",
                ", \"request_headers_to_add\": [{\"header\": {\"key\": \"x-check\", \"value\": \"1\"}}]");
        request("agent", "healthy", app, "/agent/Envoy", "");
        request("agent taken away", failed, app, "/agent/Envoy", ", \"request_headers_to_remove\": [\"user-agent\"]");
        request("degraded", "/degraded_active_hc", app, "/degraded", "");
        request("left out", failed + "/excluded_via_immediate_hc_fail", app, "/leave", "");
        request("hangs", failed + "/active_hc_timeout", app, "/hang", "");
        request("nobody", failed, nobody, "/200", "");
        String ok = "\"http_health_check\": {\"path\": \"/200\"}";
        String not = "\"http_health_check\": {\"path\": \"/503\"}";
        put(
                "not checked",
                new Case("healthy", not, app, "\"health_check_config\": {\"disable_active_health_check\": true}"));
        put("another port", new Case("healthy", ok, nobody, "\"health_check_config\": {\"port_value\": " + app + "}"));
        String host = "\"http_health_check\": {\"path\": \"/host/own.test\", \"host\": \"h.test\"}";
        put(
                "a host of its own",
                new Case("healthy", host, app, "\"health_check_config\": {\"hostname\": \"own.test\"}"));
        put("unhealthy in EDS, too", new Case(failed + "/failed_eds_health", not, app, "UNHEALTHY"));
        put("unhealthy in EDS only", new Case("/failed_eds_health", ok, app, "UNHEALTHY"));
        put("draining", new Case("/eds_status_draining", ok, app, "DRAINING"));
        put("degraded in EDS", new Case("/degraded_eds_health", ok, app, "DEGRADED"));
        int greeter = greeter();
        put("accepts", new Case("healthy", "\"tcp_health_check\": {}", greeter, ""));
        put("accepts not", new Case(failed, "\"tcp_health_check\": {}", nobody, ""));
        put("greets", new Case("healthy", tcp("6869", "7468657265"), greeter, "")); // hi … there
        put("greets otherwise", new Case(failed + "/active_hc_timeout", tcp("7468657265", "6869"), greeter, ""));
        GrpcHealthServer grpc = new GrpcHealthServer(Map.of("", 1, "serving", 1, "not", 2, "unknown", 0));
        GrpcHealthServer bare = new GrpcHealthServer(null);
        TO_CLOSE.push(grpc);
        TO_CLOSE.push(bare);
        put("gRPC", new Case("healthy", grpc(""), grpc.port(), ""));
        put("gRPC SERVING", new Case("healthy", grpc("serving"), grpc.port(), ""));
        put("gRPC NOT_SERVING", new Case(failed, grpc("not"), grpc.port(), ""));
        put("gRPC UNKNOWN", new Case(failed, grpc("unknown"), grpc.port(), ""));
        put("gRPC NOT_FOUND", new Case(failed, grpc("nobody"), grpc.port(), ""));
        put("gRPC UNIMPLEMENTED", new Case(failed, grpc(""), bare.port(), ""));
        put("gRPC to nobody", new Case(failed, grpc(""), nobody, ""));
    }

    private static void request(String name, String flags, int port, String path, String more) {
        put(name, new Case(flags, "\"http_health_check\": {\"path\": \"" + path + "\"" + more + "}", port, ""));
    }

    private static void put(String name, Case one) {
        CASES.put(name.replaceAll("[^A-Za-z0-9]", "_"), one);
    }

    private static String tcp(String first, String second) {
        return "\"tcp_health_check\": {\"receive\": [{\"text\": \"" + first + "\"}, {\"text\": \"" + second + "\"}]}";
    }

    private static String grpc(String service) {
        return "\"grpc_health_check\": {\"service_name\": \"" + service + "\"}";
    }

    private static int http(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", handler);
        server.start();
        TO_CLOSE.push(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        String given = path.length > 2 ? path[2] : "";
        int status = switch (path[1]) {
            case "method" -> given.equals(exchange.getRequestMethod()) ? 200 : 500;
            case "host" -> given.equals(exchange.getRequestHeaders().getFirst("Host")) ? 200 : 500;
            case "header" -> "1".equals(exchange.getRequestHeaders().getFirst("x-check")) ? 200 : 500;
            case "agent" -> {
                String agent = exchange.getRequestHeaders().getFirst("User-Agent");
                yield agent != null && agent.startsWith(given) ? 200 : 500;
            }
            case "degraded" -> {
                exchange.getResponseHeaders().set("x-envoy-degraded", "1");
                yield 200;
            }
            case "leave" -> {
                exchange.getResponseHeaders().set("x-envoy-immediate-health-check-fail", "1");
                yield 503;
            }
            case "hang" -> {
                awaitEnd();
                yield 200;
            }
            default -> Integer.parseInt(path[1]);
        };
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static void awaitEnd() throws IOException {
        try {
            END.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Greets who connects, and says nothing more. */
    private static int greeter() throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TO_CLOSE.push(listening);
        Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket client = listening.accept();
                    GREETED.add(client);
                    client.getOutputStream().write("oh hi there!".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    continue; // the client's business, or the end
                }
            }
        });
        return listening.getLocalPort();
    }

    /** Answers as the script says, and notes before each answer what the proxy makes of those before. */
    private static int scripted(int admin, List<String> steps) throws IOException {
        return http(exchange -> {
            int step = steps.size();
            String flags = flags(admin, "scripted");
            steps.add(flags);
            exchange.sendResponseHeaders(step < SCRIPT.length ? SCRIPT[step] : 200, -1);
            exchange.close();
        });
    }

    private static Path bootstrap(String name, int admin, int scripted) throws IOException {
        List<String> clusters = new ArrayList<>();
        CASES.forEach((cluster, one) -> clusters.add(cluster(cluster, one)));
        clusters.add(cluster(
                "scripted",
                new Case(
                        "",
                        "\"http_health_check\": {\"path\": \"/\", \"retriable_statuses\": [{\"start\": 503, \"end\": 504}]}",
                        scripted,
                        "")));
        return Files.writeString(folder.resolve(name + ".json"), """
                {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
                 "static_resources": {"clusters": [%s]}}
                """.formatted(admin, String.join(",", clusters)));
    }

    private static String cluster(String name, Case one) {
        // The scripted one asks the proxy before it answers, which may have to wait for the start.
        String timeout = name.equals("scripted") ? "20s" : "1s";
        boolean status = !one.endpoint.isEmpty() && !one.endpoint.contains(":");
        boolean grpc = one.check.contains("grpc_health_check");
        return """
                {"name": "%s", "type": "STATIC", "connect_timeout": "1s",%s
                 "health_checks": [{"timeout": "%s", "interval": "0.1s", "no_traffic_interval": "0.1s",
                   "unhealthy_threshold": 3, "healthy_threshold": 2, %s}],
                 "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [{"endpoint": {
                   "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}%s}%s}]}]}}
                """.formatted(
                        name,
                        grpc
                                ? " \"typed_extension_protocol_options\": {\"envoy.extensions.upstreams.http.v3.HttpProtocolOptions\": {"
                                        + "\"@type\": \"type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions\","
                                        + " \"explicit_http_config\": {\"http2_protocol_options\": {}}}},"
                                : "",
                        timeout,
                        one.check,
                        one.port,
                        status || one.endpoint.isEmpty() ? "" : ", " + one.endpoint,
                        status ? ", \"health_status\": \"" + one.endpoint + "\"" : "");
    }

    /** Flags of the only endpoint of a cluster; empty while there is none. */
    private static String flags(int admin, String cluster) {
        try {
            String page = new String(
                    URI.create("http://127.0.0.1:" + admin + "/clusters")
                            .toURL()
                            .openStream()
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            return page.lines()
                    .filter(line -> line.startsWith(cluster + "::127.0.0.1:") && line.contains("::health_flags::"))
                    .map(line -> line.substring(line.lastIndexOf("::") + 2))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    @TestFactory
    Stream<DynamicTest> bothFindTheSame() {
        return CASES.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String cluster = entry.getKey();
                    String wanted = entry.getValue().flags();
                    awaitFlags("envoy", envoyAdmin, cluster, wanted);
                    awaitFlags("weft", weftAdmin, cluster, wanted);
                }));
    }

    private static void awaitFlags(String who, int admin, String cluster, String wanted) {
        String[] last = {""};
        try {
            Await.until(who, LIMIT, () -> {
                last[0] = flags(admin, cluster);
                return last[0].equals(wanted);
            });
        } catch (AssertionError e) {
            assertThat(last[0]).as("%s about %s", who, cluster).isEqualTo(wanted);
            throw e;
        }
    }

    /** After each answer the same is made of it: what counts as a failure, and how many are enough. */
    @Test
    void bothTurnAtTheSameAnswers() {
        Await.until("envoy has heard all", LIMIT, () -> ENVOY_STEPS.size() > SCRIPT.length);
        Await.until("weft has heard all", LIMIT, () -> WEFT_STEPS.size() > SCRIPT.length);
        // Before the first answer a proxy that is starting may not answer, either.
        List<String> envoy = List.copyOf(ENVOY_STEPS).subList(1, SCRIPT.length + 1);
        assertThat(List.copyOf(WEFT_STEPS).subList(1, SCRIPT.length + 1)).isEqualTo(envoy);
        assertThat(envoy).containsOnly("healthy", "/failed_active_hc").contains("healthy", "/failed_active_hc");
    }
}
