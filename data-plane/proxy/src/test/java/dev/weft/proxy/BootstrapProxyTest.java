package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process, started from a static bootstrap. */
@Timeout(120)
class BootstrapProxyTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

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

    static String bootstrap(int adminPort, int listenerPort, int backendPort) {
        return """
                {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
                 "node": {"id": "test-id", "cluster": "test-cluster"},
                 "static_resources": {
                  "listeners": [{"name": "ingress",
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                    "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                      "stat_prefix": "ingress",
                      "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"],
                        "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}]},
                      "http_filters": [{"name": "router", "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}],
                  "clusters": [{"name": "backend", "type": "STATIC", "connect_timeout": "1s",
                    "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint":
                      {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}}
                """.formatted(adminPort, listenerPort, backendPort);
    }

    @Test
    void servesTrafficAndAdminPages() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int admin = RunningProxy.freePort();
        int port = RunningProxy.freePort();
        RunningProxy proxy = opened(RunningProxy.bootstrap(directory, bootstrap(admin, port, backend.port())))
                .awaitReady();

        HttpResponse<String> answer = proxy.get(port, "/");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");

        assertThat(proxy.get(admin, "/ready").body()).isEqualTo("LIVE\n");
        assertThat(proxy.get(admin, "/listeners").body()).isEqualTo("ingress::127.0.0.1:" + port + "\n");
        assertThat(proxy.get(admin, "/listeners?format=json").body()).contains("\"port_value\": " + port);
        assertThat(proxy.get(admin, "/clusters").body())
                .contains("backend::127.0.0.1:" + backend.port() + "::health_flags::healthy");
        assertThat(proxy.get(admin, "/stats").body()).contains("cluster.backend.upstream_rq_total: 1\n");
        assertThat(proxy.get(admin, "/stats?filter=upstream_rq_total&format=json")
                        .body())
                .contains("cluster.backend.upstream_rq_total");
        assertThat(proxy.get(admin, "/stats/prometheus").body())
                .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"backend\"} 1");
        assertThat(proxy.get(admin, "/server_info").body()).contains("\"state\": \"LIVE\"", "test-cluster");
        assertThat(proxy.get(admin, "/config_dump?resource=static_clusters").body())
                .contains("type.googleapis.com/envoy.config.cluster.v3.Cluster", "\"backend\"");
        assertThat(proxy.get(admin, "/certs").body()).contains("certificates");
        assertThat(proxy.get(admin, "/help").body()).contains("/config_dump");
        assertThat(proxy.get(admin, "/nothing").statusCode()).isEqualTo(404);
    }

    /** As below a supervisor that is root: the descriptor is all the proxy has, its file is another user's. */
    @Test
    void theAccessLogGoesToAStandardOutputThatCannotBeOpened() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int admin = RunningProxy.freePort();
        int port = RunningProxy.freePort();
        String json = bootstrap(admin, port, backend.port()).replace("\"stat_prefix\": \"ingress\",", """
                "stat_prefix": "ingress", "access_log": [{"name": "log", "typed_config": {"@type":
                "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"}}],
                """);
        assertThat(json).contains("StdoutAccessLog");
        Path out = Files.createFile(directory.resolve("out"));
        RunningProxy proxy =
                opened(RunningProxy.bootstrap(directory, json, out)).awaitReady();
        assertThat(proxy.get(port, "/seen").statusCode()).isEqualTo(200);
        assertThat(proxy.get(admin, "/stats/prometheus").body()).contains("weft_access_log_dropped_total 0");
        assertThat(proxy.post(admin, "/quitquitquit").statusCode()).isEqualTo(200);
        assertThat(proxy.exit()).isZero();
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rw-------"));
        assertThat(out).content().containsOnlyOnce("\"GET /seen HTTP/1.1\" 200 ");
        assertThat(proxy.errors()).doesNotContain("access log");
    }

    @Test
    void aNameThatMovesIsFollowedAtTheClustersRate() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int port = RunningProxy.freePort();
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.9 backend.test\n"); // nobody listens there
        Path file = directory.resolve("bootstrap.json");
        Files.writeString(
                file,
                bootstrap(RunningProxy.freePort(), port, backend.port())
                        .replace("\"type\": \"STATIC\"", "\"type\": \"STRICT_DNS\", \"dns_refresh_rate\": \"0.1s\"")
                        .replace(
                                "{\"address\": \"127.0.0.1\", \"port_value\": " + backend.port(),
                                "{\"address\": \"backend.test\", \"port_value\": " + backend.port()));
        assertThat(file).content().contains("STRICT_DNS", "\"backend.test\"");
        RunningProxy proxy = opened(
                        RunningProxy.start(List.of("-Djdk.net.hosts.file=" + hosts), "--bootstrap", file.toString()))
                .awaitReady();
        assertThat(proxy.get(port, "/").statusCode()).isEqualTo(503);
        Files.writeString(hosts, "127.0.0.1 backend.test\n");
        long moved = System.nanoTime();
        while (proxy.get(port, "/").statusCode() != 200) {
            // The JDK's own memory of names is 30 s long.
            assertThat(System.nanoTime() - moved).isLessThan(TimeUnit.SECONDS.toNanos(15));
        }
    }

    @Test
    void adminChangesOnlyByPostAndOnlyForThisMachine() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int admin = RunningProxy.freePort();
        RunningProxy proxy = opened(
                        RunningProxy.bootstrap(directory, bootstrap(admin, RunningProxy.freePort(), backend.port())))
                .awaitReady();
        assertThat(proxy.get(admin, "/quitquitquit").statusCode()).isEqualTo(405);
        assertThat(proxy.get(admin, "/logging?level=debug").statusCode()).isEqualTo(405);
        assertThat(proxy.get(admin, "/ready", "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
        assertThat(RawHttp.status("127.0.0.1", admin, "GET /ready HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                .isEqualTo(403);
        assertThat(RawHttp.status("127.0.0.1", admin, "GET /ready HTTP/1.1\r\nHost: localhost:1\r\n\r\n"))
                .isEqualTo(200);
        assertThat(proxy.post(admin, "/logging?level=debug").body()).contains("debug");
        assertThat(proxy.post(admin, "/healthcheck/fail").statusCode()).isEqualTo(200);
        assertThat(proxy.get(admin, "/ready").statusCode()).isEqualTo(503);
        assertThat(proxy.post(admin, "/healthcheck/ok").statusCode()).isEqualTo(200);
        assertThat(proxy.get(admin, "/ready").statusCode()).isEqualTo(200);
        assertThat(proxy.post(admin, "/rotate").statusCode()).isEqualTo(404);
        assertThat(proxy.post(admin, "/quitquitquit").statusCode()).isEqualTo(200);
        assertThat(proxy.exit()).isZero();
    }

    @Test
    void sigtermLetsRequestsFinish() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int port = RunningProxy.freePort();
        Path log = directory.resolve("access.log");
        String json = bootstrap(RunningProxy.freePort(), port, backend.port())
                .replace("\"stat_prefix\": \"ingress\",", """
                "stat_prefix": "ingress", "access_log": [{"name": "log", "typed_config": {"@type":
                "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog", "path": "%s"}}],
                """.formatted(log));
        RunningProxy proxy = opened(RunningProxy.bootstrap(directory, json)).awaitReady();
        CompletableFuture<HttpResponse<String>> slow = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return proxy.get(port, "/slow");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                RunningProxy.THREADS);
        assertThat(backend.slowArrived.await(20, TimeUnit.SECONDS)).isTrue();
        proxy.process.toHandle().destroy(); // SIGTERM; Process.destroy would close our end of its log too
        backend.letGo.countDown();
        assertThat(slow.get(20, TimeUnit.SECONDS).body()).isEqualTo("hello");
        assertThat(proxy.exit()).isZero();
        assertThat(proxy.errors()).contains("draining", "drained", "bye");
        assertThat(log).content().containsOnlyOnce("\"GET /slow HTTP/1.1\" 200 ");
    }

    @Test
    void badBootstrapTellsEveryProblemAndExitsWith2() throws Exception {
        RunningProxy proxy = opened(RunningProxy.bootstrap(directory, """
                {"static_resources": {
                  "listeners": [{"name": "l", "addres": {},
                    "filter_chains": [{"filters": [{"name": "x", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy"}}]}]}],
                  "clusters": [{"name": "c", "type": "STATIC", "connect_timeout": "soon"}]}}
                """));
        assertThat(proxy.exit()).isEqualTo(2);
        assertThat(proxy.errors())
                .contains(
                        "static_resources.listeners[0].addres",
                        "static_resources.listeners[0].filter_chains[0].filters[0]",
                        "static_resources.clusters[0].connect_timeout");
    }

    @Test
    void whatIsNotJsonOrNotThereExitsWith2() throws Exception {
        RunningProxy yaml = opened(RunningProxy.bootstrap(directory, "static_resources:\n  listeners: []\n"));
        assertThat(yaml.exit()).isEqualTo(2);
        assertThat(yaml.errors()).contains("not JSON");
        RunningProxy missing = opened(
                RunningProxy.start("--bootstrap", directory.resolve("none.json").toString()));
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.errors()).contains("cannot read", ": there is no such file");
        Path latin1 = Files.write(directory.resolve("latin1.json"), new byte[] {'"', (byte) 0xfc, '"'});
        RunningProxy encoded = opened(RunningProxy.start("--bootstrap", latin1.toString()));
        assertThat(encoded.exit()).isEqualTo(2);
        assertThat(encoded.errors()).contains("cannot read", ": it is not UTF-8");
    }

    @Test
    void warmUpGoesThroughEverythingAndEnds() throws Exception {
        RunningProxy proxy = opened(RunningProxy.start("--warm-up"));
        assertThat(proxy.exit()).isZero();
        assertThat(proxy.errors()).doesNotContain("error");
    }

    /** Each costs a start milliseconds: classes that the JVM spins for switches over types, and the JDK's logging. */
    @Test
    void aStartDoesWithoutWhatIsDear() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int port = RunningProxy.freePort();
        Path loaded = directory.resolve("loaded");
        List<String> flags = new ArrayList<>(Files.readAllLines(Path.of("src/main/dist/jvm.options")));
        flags.removeIf(line -> line.isBlank() || line.startsWith("#"));
        flags.add("-Xlog:class+load=info:file=" + loaded);
        RunningProxy proxy = opened(RunningProxy.bootstrap(
                        flags, directory, bootstrap(RunningProxy.freePort(), port, backend.port())))
                .awaitReady();
        assertThat(proxy.get(port, "/").statusCode()).isEqualTo(200);
        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains("dev.weft.proxycore.Router "))
                .noneMatch(line -> line.contains("$$TypeSwitch/"))
                .noneMatch(line -> line.contains("java.util.logging.LogManager$RootLogger "))
                .noneMatch(line -> line.contains("SecurityPropertyModificationEvent "));
    }

    @Test
    void portInUseIsSaidAndExitsWith1() throws Exception {
        Backend backend = opened(new Backend("hello"));
        RunningProxy proxy = opened(
                RunningProxy.bootstrap(directory, bootstrap(RunningProxy.freePort(), backend.port(), backend.port())));
        assertThat(proxy.exit()).isEqualTo(1);
        assertThat(proxy.errors()).contains("listeners[ingress].address");
    }
}
