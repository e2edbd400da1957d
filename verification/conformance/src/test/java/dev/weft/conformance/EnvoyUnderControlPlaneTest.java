package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import dev.weft.testkit.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Envoy takes everything our control plane sends, over delta and state-of-the-world ADS, and routes by it. */
class EnvoyUnderControlPlaneTest {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int ADMIN = 19000;

    @TempDir
    static Path folder;

    private static TestNetwork network;
    private static TestNetwork.Host here;
    private static Path config;
    private static RunningProcess controlPlane;

    @BeforeAll
    static void startControlPlane() throws IOException {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
        network = TestNetwork.create();
        here = network.addHost("cp");
        config = folder.resolve("mesh");
        Files.createDirectories(config);
        for (String name : List.of("one", "two")) {
            TestNetwork.Host host = network.addHost(name);
            RunningProcess backend =
                    host.start(JavaProgram.spec(name, EchoServer.class, "--name", name, "--port", "8080"));
            backend.awaitLine("listening", START);
            Files.writeString(config.resolve(name + ".yaml"), service(name, host.address()));
        }
        Files.writeString(
                config.resolve("shop.yaml"), service("shop", network.host("one").address()));
        controlPlane = here.start(WeftProcess.weft(
                "control plane",
                "control-plane",
                "--config",
                config.toString(),
                "--state",
                folder.resolve("state").toString(),
                "--plaintext-xds",
                "127.0.0.1:15010"));
        controlPlane.awaitLine("15012", START);
        here.awaitListening(15010, START);
        controlPlane.awaitLine("without TLS: whoever reaches it sees every proxy's configuration", START);
    }

    @AfterAll
    static void stop() {
        if (network != null) {
            network.close();
        }
    }

    private static String service(String name, String address) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s, namespace: shop}
                spec:
                  selector: {app: %1$s}
                  ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                ---
                apiVersion: weft.dev/v1
                kind: Workload
                metadata: {name: %1$s-1, namespace: shop, labels: {app: %1$s}}
                spec: {address: %2$s, ports: [{name: http, port: 8080}], serviceAccount: %1$s, tls: plaintext}
                """.formatted(name, address);
    }

    private static String route(String to) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: shop, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: shop, port: 80}]
                  rules:
                  - backendRefs: [{name: %s, port: 80}]
                """.formatted(to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void envoyRoutesByOurConfigurationAndRejectsNothing(String apiType) throws IOException {
        Files.deleteIfExists(config.resolve("route.yaml"));
        try (RunningProcess envoy = envoy(apiType, "NONE", "127.77.1.2")) {
            awaitAnswer(envoy, "one GET");
            assertThat(ask("two.shop.svc.cluster.local")).startsWith("two GET");
            // A change of the route arrives, and is taken as well.
            Files.writeString(config.resolve("route.yaml"), route("two"));
            awaitAnswer(envoy, "two GET");
            assertNothingRejected();
        }
    }

    @Test
    void envoyTakesTheListenersOfARedirectedSidecar() {
        try (RunningProcess envoy = envoy("DELTA_GRPC", "REDIRECT", here.address())) {
            Await.until("Envoy's listeners", START, () -> {
                requireAlive(envoy);
                Map<String, Long> stats = stats();
                return stats.getOrDefault("listener_manager.lds.update_success", 0L) > 0
                        && stats.getOrDefault("listener_manager.total_listeners_active", 0L) >= 3
                        && stats.getOrDefault("listener_manager.total_listeners_warming", 1L) == 0;
            });
            assertNothingRejected();
        }
    }

    private static void awaitAnswer(RunningProcess envoy, String beginning) {
        try {
            Await.until("an answer through Envoy", START, () -> {
                requireAlive(envoy);
                return ask("shop.shop").startsWith(beginning);
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + " that begins with " + beginning + " but " + ask("shop.shop") + "\nstats: "
                            + stats() + "\nEnvoy: " + envoy.output() + "\ncontrol plane: " + controlPlane.output(),
                    e);
        }
    }

    private static void requireAlive(RunningProcess envoy) {
        if (!envoy.alive()) {
            throw new AssertionError("Envoy ended:\n" + envoy.output());
        }
    }

    private static String ask(String host) {
        return here.run(
                        Duration.ofSeconds(10),
                        "curl",
                        "-sS",
                        "-m",
                        "3",
                        "-x",
                        "http://127.77.1.2:15001",
                        "http://" + host + "/x")
                .output();
    }

    private static void assertNothingRejected() {
        Map<String, Long> stats = stats();
        Map<String, Long> rejected = new TreeMap<>(stats);
        rejected.keySet().removeIf(name -> !name.endsWith("update_rejected") && !name.endsWith("update_failure"));
        rejected.values().removeIf(count -> count == 0);
        assertThat(rejected).as("updates that Envoy refused").isEmpty();
        assertThat(stats.getOrDefault("cluster_manager.cds.update_success", 0L)).isPositive();
        assertThat(stats.getOrDefault("listener_manager.lds.update_success", 0L))
                .isPositive();
        assertThat(stats.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("cluster.outbound")
                                && entry.getKey().endsWith(".update_success"))
                        .mapToLong(Map.Entry::getValue)
                        .sum())
                .as("endpoints over EDS")
                .isPositive();
    }

    private static Map<String, Long> stats() {
        Map<String, Long> stats = new TreeMap<>();
        here.run(Duration.ofSeconds(10), "curl", "-sS", "-m", "3", "http://127.0.0.1:" + ADMIN + "/stats")
                .output()
                .lines()
                .filter(line -> line.matches(".*: [0-9]+"))
                .forEach(line -> stats.put(
                        line.substring(0, line.lastIndexOf(": ")),
                        Long.parseUnsignedLong(line.substring(line.lastIndexOf(": ") + 2))));
        return stats;
    }

    private static RunningProcess envoy(String apiType, String mode, String address) {
        try {
            Path file = folder.resolve("envoy-" + apiType + "-" + mode + ".json");
            Files.writeString(file, Json.writePretty(EnvoyBootstrap.of(apiType, mode, "shop", address, 15010, ADMIN)));
            return here.start(new RunningProcess.Spec(
                    "envoy",
                    List.of(
                            Peers.require("envoy"),
                            "-c",
                            file.toString(),
                            "--disable-hot-restart",
                            "--concurrency",
                            "1",
                            "--log-level",
                            "warn")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
