package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client in a namespace of its own calls three instances in theirs, by curl, through two transparent sidecars: routes of
 * connections, sessions, and what a TrafficPolicy says of endpoints.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RoutingMeshTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final List<String> INSTANCES = List.of("one", "two", "three");

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set by the first step of every run
    private static MeshLab lab;

    private static MeshLab.Unit client;

    @BeforeAll
    static void startMesh() throws IOException {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
        lab = MeshLab.start(folder);
        lab.write("services.yaml", services());
        TestPki pki = TestPki.create();
        String certificate = pki.certificate(folder).toString();
        String key = pki.key(folder).toString();
        Map<String, String> places = Map.of("one", "eu/a", "two", "eu/b", "three", "us/a");
        for (String name : INSTANCES) {
            RunningProcess.Spec server = JavaProgram.spec(name, RoutedServer.class, name, certificate, key);
            String place = Objects.requireNonNull(places.get(name));
            lab.runAt(place, name, name, List.of(8080, 8443), List.of("group=all"), server);
        }
        RunningProcess.Spec sleep = new RunningProcess.Spec("client", List.of("sleep", "infinity"));
        client = lab.runAt("eu/b", "client", "client", List.of(9000), List.of(), sleep);
        lab.awaitEndpoints("all", INSTANCES.size(), READY);
        Await.until("a way through the mesh", READY, () -> ask("http://all/").exit() == 0);
    }

    private static String services() {
        StringBuilder services = new StringBuilder();
        for (String name : List.of("one", "two", "three", "all", "sticky", "hashed", "near", "by-source", "split")) {
            services.append("""
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %s, namespace: shop}
                    spec:
                      selector: {%s}
                      ports:
                      - {name: http, port: 80, targetPort: 8080}
                      - {name: tcp-bytes, port: 7000, targetPort: 8080}
                      - {name: tls-own, port: 443, targetPort: 8443}
                    """.formatted(name, INSTANCES.contains(name) ? "app: " + name : "group: all"));
        }
        return services.toString();
    }

    @AfterAll
    static void stopMesh() {
        if (lab != null) {
            System.out.println(lab.outputs());
            lab.close();
        }
    }

    /** curl where the client's application runs: its network and its hosts file. */
    private static Command.Result ask(String... words) {
        try {
            List<String> command = client.inside(
                    "sleep",
                    "infinity",
                    List.of(
                            Peers.require("curl"),
                            "-s",
                            "-m",
                            "5",
                            "-k",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%header{x-backend}"));
            command.addAll(List.of(words));
            return Command.run(Duration.ofSeconds(20), command, null);
        } catch (AssertionError notYet) {
            return new Command.Result(List.of(words), 1, String.valueOf(notYet.getMessage()));
        }
    }

    /** Which instance answers; empty for none. */
    private static String backend(String... words) {
        Command.Result result = ask(words);
        return result.exit() == 0 ? result.output().strip() : "";
    }

    private static Map<String, Integer> backends(int times, String... words) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < times; i++) {
            counts.merge(backend(words), 1, Integer::sum);
        }
        return counts;
    }

    /** Whether one instance answers all of many requests; by chance once in 500 000 times. */
    private static boolean only(String expected, String... words) {
        for (int i = 0; i < 12; i++) {
            if (!backend(words).equals(expected)) {
                return false;
            }
        }
        return true;
    }

    /** Puts documents into force, and waits until answers show it. */
    private static void apply(String file, String documents, String expected, String... words) throws IOException {
        lab.write(file, documents);
        Await.until(file + " in force", READY, () -> only(expected, words));
    }

    @Test
    void connectionsAreSplitByWeight() throws IOException {
        apply("tcp.yaml", tcpRoute("{name: two, port: 7000}"), "two", "http://one:7000/");
        assertThat(backends(20, "http://one:7000/")).isEqualTo(Map.of("two", 20));
        lab.write("tcp.yaml", tcpRoute("{name: two, port: 7000, weight: 1}, {name: three, port: 7000, weight: 1}"));
        Await.until("the split", READY, () -> backend("http://one:7000/").equals("three"));
        Map<String, Integer> split = backends(60, "http://one:7000/");
        assertThat(split.keySet()).containsExactlyInAnyOrder("two", "three");
        assertThat(split.get("two")).isBetween(12, 48); // 30; beyond that once in a million runs
    }

    @Test
    void aConnectionToABackendThatIsNotThereIsClosed() throws IOException {
        String route = tcpRoute("{name: nobody, port: 7000}").replace("one", "three");
        apply("nobody.yaml", route, "", "http://three:7000/");
        assertThat(ask("http://three:7000/").exit()).isIn(52, 56); // empty reply, or reset
        assertThat(backend("http://three/")).as("its HTTP port").isEqualTo("three");
        apply("nobody.yaml", "", "three", "http://three:7000/");
    }

    private static String tcpRoute(String backends) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: TCPRoute
                metadata: {name: bytes-one, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: one, port: 7000}]
                  rules: [{backendRefs: [%s]}]
                """.formatted(backends);
    }

    @Test
    void tlsIsRoutedByItsServerName() throws IOException {
        String route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: TLSRoute
                metadata: {name: %1$s, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: all, port: 443}]
                  hostnames: [%2$s]
                  rules: [{backendRefs: [{name: %1$s, port: 443}]}]
                """;
        String both = route.formatted("one", "a.example.org") + "---\n" + route.formatted("two", "'*.example.net'");
        apply("tls.yaml", both, "one", "--connect-to", "::all:443", "https://a.example.org/");
        assertThat(backends(5, "--connect-to", "::all:443", "https://a.example.org/"))
                .isEqualTo(Map.of("one", 5));
        assertThat(backends(5, "--connect-to", "::all:443", "https://b.example.net/"))
                .isEqualTo(Map.of("two", 5));
        assertThat(ask("--connect-to", "::all:443", "https://c.example.org/").exit())
                .as("a name no route has")
                .isNotZero();
    }

    @Test
    void aSessionStaysAtItsInstance() throws IOException {
        apply("sticky.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: sticky, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: sticky}]
                  rules:
                  - matches: [{path: {value: /ready}}]
                    backendRefs: [{name: two, port: 80}]
                  - backendRefs: [{name: sticky, port: 80}]
                    sessionPersistence: {}
                """, "two", "http://sticky/ready");
        Path jar = lab.file("cookies");
        Set<String> begun = new HashSet<>();
        for (int i = 0; begun.size() < INSTANCES.size() && i < 100; i++) {
            Files.deleteIfExists(jar);
            String first = backend("-c", jar.toString(), "http://sticky/");
            begun.add(first);
            assertThat(Files.readString(jar)).contains("weft-session-shop-sticky-1");
            assertThat(backends(10, "-b", jar.toString(), "http://sticky/")).isEqualTo(Map.of(first, 10));
        }
        assertThat(begun).containsExactlyInAnyOrderElementsOf(INSTANCES);
    }

    @Test
    void aSessionStaysInItsShareOfASplit() throws IOException {
        apply("split.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: split, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: split}]
                  rules:
                  - matches: [{path: {value: /ready}}]
                    backendRefs: [{name: two, port: 80}]
                  - backendRefs: [{name: one, port: 80}, {name: three, port: 80}, {name: nobody, port: 80}]
                    sessionPersistence: {sessionName: s}
                """, "two", "http://split/ready");
        Path jar = lab.file("split-cookies");
        Set<String> begun = new HashSet<>();
        for (int i = 0; begun.size() < 2 && i < 100; i++) {
            Files.deleteIfExists(jar);
            String first = backend("-c", jar.toString(), "http://split/");
            if (!first.isEmpty()) { // else it was the share of nobody
                begun.add(first);
                assertThat(backends(10, "-b", jar.toString(), "http://split/")).isEqualTo(Map.of(first, 10));
            }
        }
        assertThat(begun).containsExactlyInAnyOrder("one", "three");
    }

    @Test
    void aRuleIsThereForItsCallersOnly() throws IOException {
        String route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: by-source, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: by-source}]
                  rules: [{name: theirs, backendRefs: [{name: one, port: 80}]}, {backendRefs: [{name: two, port: 80}]}]
                ---
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: by-source, namespace: shop}
                spec:
                  targetRefs:
                  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: by-source, sectionName: theirs}
                  sources: [%s]
                """;
        apply("by-source.yaml", route.formatted("{serviceAccounts: [client]}"), "one", "http://by-source/");
        apply("by-source.yaml", route.formatted("{serviceAccounts: [other]}"), "two", "http://by-source/");
        apply("by-source.yaml", route.formatted("{labels: {app: client}}"), "one", "http://by-source/");
        apply("by-source.yaml", route.formatted("{labels: {app: other}}"), "two", "http://by-source/");
    }

    @Test
    void equalKeysGoToEqualInstances() throws IOException {
        lab.write("hashed.yaml", """
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: hashed, namespace: shop}
                spec:
                  targetRefs: [{name: hashed, sectionName: http}]
                  loadBalancer: {consistentHash: {httpHeaderName: x-key}}
                ---
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: hashed-bytes, namespace: shop}
                spec:
                  targetRefs: [{name: hashed, sectionName: tcp-bytes}]
                  loadBalancer: {consistentHash: {useSourceIp: true}}
                """);
        Await.until(
                "the policy in force",
                READY,
                () -> backends(8, "-H", "x-key: a", "http://hashed/").size() == 1
                        && backends(8, "http://hashed:7000/").size() == 1);
        Set<String> instances = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            Map<String, Integer> of = backends(3, "-H", "x-key: key-" + i, "http://hashed/");
            assertThat(of).as("key %d", i).hasSize(1);
            instances.addAll(of.keySet());
        }
        assertThat(instances).containsExactlyInAnyOrderElementsOf(INSTANCES);
        assertThat(backends(20, "http://hashed:7000/"))
                .as("one client, one instance")
                .hasSize(1);
    }

    @Test
    void theNearOnesAreAskedFirst() throws IOException {
        apply("near.yaml", locality("{}"), "two", "http://near/");
        apply("near.yaml", locality("{failoverPriority: ['app=three']}"), "three", "http://near/");
        apply("near.yaml", locality("{distribute: [{from: eu/*, to: {eu/a: 100}}]}"), "one", "http://near/");
        lab.write("near.yaml", locality("{distribute: [{from: eu/*, to: {eu/*: 50, us/*: 50}}]}"));
        Await.until(
                "the distribution in force",
                READY,
                () -> backends(10, "http://near/").size() == 3);
        Map<String, Integer> shares = backends(120, "http://near/");
        assertThat(shares.get("three")).isBetween(34, 86); // 60; beyond that once in a million runs
    }

    /** Nothing but the preference is configured; the last of all, as it ends an instance. */
    @Test
    @Order(Integer.MAX_VALUE)
    void theNextOnesAreAskedWhenTheNearOnesAreGone() throws IOException {
        apply("near.yaml", locality("{}"), "two", "http://near/");
        lab.stop("two");
        Map<String, Integer> answers = new TreeMap<>();
        Await.until("the next zone's turn", READY, () -> {
            answers.merge(backend("http://near/"), 1, Integer::sum);
            return answers.getOrDefault("one", 0) >= 20;
        });
        assertThat(answers.keySet())
                .as("no failure, and nobody of another region")
                .isSubsetOf("one", "two");
    }

    private static String locality(String setting) {
        return """
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: near, namespace: shop}
                spec:
                  targetRefs: [{name: near}]
                  loadBalancer: {localityLbSetting: %s}
                """.formatted(setting);
    }
}
