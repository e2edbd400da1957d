package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Http2Flooder;
import dev.weft.testkit.LedgerClient;
import dev.weft.testkit.LedgerEntry;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault F18: clients that flood a proxy over HTTP/2 and come again when they are shown the door, beside others that only want to
 * be served.
 */
class Http2FloodTest {
    private static final int FLOODERS = 10;
    private static final int TIMES_EACH = 10;

    /** Of the shortest, 9 MB: more than two kernels' buffers hold while the proxy waits for its turn. */
    private static final int MOST_FRAMES = 1_000_000;

    /** RFC 9113 §7. */
    private static final int ENHANCE_YOUR_CALM = 11;

    /** What one connection may make of requests before it is closed, as Envoy and HAProxy count them. */
    private static final int ATTEMPTS = 200;

    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static RunningProcess weft;
    private static int port;
    private static int admin;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException {
        Deque<Integer> ports = FreePorts.next(2);
        port = ports.pop();
        admin = ports.pop();
        // Each its own: thousands of aborted requests make the flooded one close connections that rest.
        EchoServer flooded = keep(EchoServer.start("flooded", "127.0.0.1", 0, null));
        EchoServer served = keep(EchoServer.start("served", "127.0.0.1", 0, null));
        weft = keep(WeftProcess.proxy(Files.writeString(folder.resolve("flood.json"), """
                {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %1$d}}},
                 "static_resources": {
                  "clusters": [%3$s, %4$s],
                  "listeners": [{"name": "l",
                   "address": {"socket_address": {"address": "127.0.0.1", "port_value": %2$d}},
                   "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager",
                    "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "http",
                     "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                     "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
                      {"match": {"prefix": "/flood"}, "route": {"cluster": "flooded"}},
                      {"match": {"prefix": "/"}, "route": {"cluster": "served"}}]}]}}}]}]}]}}
                """.formatted(
                        admin, port, cluster("flooded", flooded.port()), cluster("served", served.port())))));
        RunningProcess unused = weft.awaitPort("127.0.0.1", port, Duration.ofSeconds(30));
    }

    private static String cluster(String name, int backend) {
        return """
                {"name": "%s", "type": "STATIC", "load_assignment": {"cluster_name": "c", "endpoints": [
                 {"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                  {"address": "127.0.0.1", "port_value": %d}}}}]}]}}""".formatted(name, backend);
    }

    @AfterAll
    static void stop() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void floodersAreShownTheDoorAndTheOthersAreServed(Http2Flooder.Kind kind) throws Exception {
        long attempts = flooded();
        ConcurrentLinkedQueue<LedgerEntry> served = new ConcurrentLinkedQueue<>();
        List<Http2Flooder.End> ends;
        try (LedgerClient _ = LedgerClient.start(
                LedgerClient.Config.direct("http://127.0.0.1:" + port + "/x", 100, Duration.ofSeconds(60)),
                served::add)) {
            Await.until("the first of the others", Duration.ofSeconds(10), () -> served.size() >= 10);
            ends = flood(kind);
            awaitCalm();
        }
        // Who goes on writing may lose the last words to a RST.
        assertThat(ends)
                .hasSize(FLOODERS * TIMES_EACH)
                .allMatch(end -> end.goAway() == ENHANCE_YOUR_CALM || end.goAway() == -1 && end.sent() < MOST_FRAMES);
        assertThat(ends.stream().filter(end -> end.goAway() == ENHANCE_YOUR_CALM))
                .hasSizeGreaterThan(ends.size() / 2);
        assertThat(flooded() - attempts)
                .as("requests that reached the endpoint")
                .isLessThanOrEqualTo((long) FLOODERS * TIMES_EACH * ATTEMPTS);
        assertThat(served).allSatisfy(entry -> assertThat(entry.outcome()).isEqualTo(LedgerEntry.Outcome.OK));
        System.out.printf(
                "%s: %d frames to %d connections; of %d others the slowest took %d ms%n",
                kind,
                ends.stream().mapToInt(Http2Flooder.End::sent).sum(),
                ends.size(),
                served.size(),
                served.stream().mapToLong(LedgerEntry::latencyMicros).max().orElse(0) / 1000);
    }

    /** What would fail the test above: a server without such limits, here nginx, which answers every PING. */
    @Test
    void aServerThatPutsUpWithItIsNoticed() throws IOException {
        int nginxPort = FreePorts.next(1).pop();
        Path config = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; error_log stderr; pid %1$s/nginx.pid;
                events {}
                http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
                 uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                 server { listen 127.0.0.1:%2$d http2; return 200; } }
                """.formatted(folder, nginxPort));
        try (RunningProcess nginx = RunningProcess.start(
                "nginx", Peers.require("nginx"), "-c", config.toString(), "-p", folder.toString())) {
            RunningProcess unused = nginx.awaitPort("127.0.0.1", nginxPort, Duration.ofSeconds(20));
            Http2Flooder.End end = Http2Flooder.flood("127.0.0.1", nginxPort, Http2Flooder.Kind.PING, 5_000);
            assertThat(end.sent()).isGreaterThanOrEqualTo(5_000);
            assertThat(end.goAway()).isNotEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    private static List<Http2Flooder.End> flood(Http2Flooder.Kind kind)
            throws InterruptedException, ExecutionException {
        List<Future<List<Http2Flooder.End>>> all = new ArrayList<>();
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < FLOODERS; i++) {
                all.add(each.submit(() -> {
                    List<Http2Flooder.End> mine = new ArrayList<>();
                    for (int time = 0; time < TIMES_EACH; time++) {
                        mine.add(Http2Flooder.flood("127.0.0.1", port, kind, MOST_FRAMES));
                    }
                    return mine;
                }));
            }
        }
        List<Http2Flooder.End> ends = new ArrayList<>();
        for (Future<List<Http2Flooder.End>> each : all) {
            ends.addAll(each.get());
        }
        return ends;
    }

    /** The proxy has nothing left to do but to serve the others: a fifth of a core is more than that takes. */
    private static void awaitCalm() {
        ProcessHandle process = ProcessHandle.of(weft.pid()).orElseThrow(); // the launcher has become the proxy
        Await.until("the proxy's calm", Duration.ofSeconds(5), () -> {
            Duration before = process.info().totalCpuDuration().orElseThrow();
            long end = System.nanoTime() + 500_000_000;
            Await.until("half a second", Duration.ofSeconds(2), () -> System.nanoTime() > end);
            return process.info().totalCpuDuration().orElseThrow().minus(before).toMillis() < 100;
        });
    }

    private static long flooded() {
        String stats = Command.run(
                        Duration.ofSeconds(10),
                        "curl",
                        "-sf",
                        "http://127.0.0.1:" + admin + "/stats?filter=cluster.flooded.upstream_rq_total")
                .orThrow();
        String number = stats.substring(stats.indexOf(':') + 1).strip();
        return Long.parseLong(number);
    }

    private static <T extends AutoCloseable> T keep(T resource) {
        TO_CLOSE.push(resource);
        return resource;
    }
}
