package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protocols other than plain HTTP/1.1, by real clients and servers: client → sidecar → mutual TLS → sidecar → server, with the
 * protocol declared and found out.
 */
class ProtocolMeshTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final int DETECTION_MILLIS = 200;
    private static final String PAGE = "http://protocols:9080/";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set by the first step of every run
    private static MeshLab lab;

    private static MeshLab.Unit client;

    @BeforeAll
    static void startMesh() throws IOException {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
        lab = MeshLab.start(folder);
        lab.write("protocols.yaml", """
                apiVersion: v1
                kind: Service
                metadata: {name: protocols, namespace: shop}
                spec:
                  selector: {app: protocols}
                  ports:
                  - {name: declared, port: 8081, appProtocol: grpc}
                  - {name: detected, port: 8082}
                  - {name: mail, port: 25, targetPort: 2525}
                  - {name: odd, port: 7777}
                  - {name: routed, port: 7778, targetPort: 7777}
                  - {name: http-chat, port: 9080}
                """);
        lab.run(
                "server",
                "protocols",
                List.of(8081, 8082, 2525, 7777, 9080),
                List.of(),
                roomy(JavaProgram.spec("server", ProtocolServer.class)),
                Map.of());
        client = lab.run(
                "client", "web", 9000, List.of(), new RunningProcess.Spec("client", List.of("sleep", "infinity")));
        lab.awaitEndpoints("protocols", 1, READY);
        Await.until(
                "a way through the mesh",
                READY,
                () -> asClient("curl", "-s", "-m", "2", "--http2-prior-knowledge", "http://protocols:8081/")
                                .exit()
                        == 0);
    }

    @AfterAll
    static void stopMesh() {
        if (lab != null) {
            System.out.println(lab.outputs());
            lab.close();
        }
    }

    private static Command.Result asClient(String... words) {
        try {
            List<String> command = client.inside("sleep", "infinity", List.of(words));
            return Command.run(Duration.ofSeconds(60), command, null);
        } catch (AssertionError notYet) {
            return new Command.Result(List.of(words), 1, String.valueOf(notYet.getMessage()));
        }
    }

    private static String program(Class<?> main, String... arguments) {
        return asClient(roomy(JavaProgram.spec("client", main, arguments))
                        .command()
                        .toArray(String[]::new))
                .orThrow();
    }

    /** The suite leaves out its large messages where there is little memory. */
    private static RunningProcess.Spec roomy(RunningProcess.Spec program) {
        List<String> command = new ArrayList<>(program.command());
        command.replaceAll(word -> word.equals("-Xmx64m") ? "-Xmx256m" : word);
        return new RunningProcess.Spec(program.name(), command);
    }

    private static double sum(String series) {
        String text = asClient("curl", "-sS", "http://127.0.0.1:15000/stats/prometheus")
                .orThrow();
        return Pattern.compile(series)
                .matcher(text)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }

    @Test
    void declaredGrpcPassesTheInteroperabilitySuite() {
        assertInteroperable(8081);
        String requests = "istio_requests_total\\{(?=[^}]*reporter=\"source\")(?=[^}]*request_protocol=\"grpc\")"
                + "(?=[^}]*grpc_response_status=\"%d\")[^}]*\\} ([0-9.]+)";
        assertThat(sum(requests.formatted(0))).as("OK").isGreaterThan(10);
        assertThat(sum(requests.formatted(2)))
                .as("UNKNOWN, of status_code_and_message")
                .isPositive();
        assertThat(sum(requests.formatted(12))).as("UNIMPLEMENTED").isPositive();
    }

    @Test
    void undeclaredGrpcIsFoundOutAndPassesToo() {
        assertInteroperable(8082);
    }

    private static void assertInteroperable(int port) {
        String output = program(GrpcInteropCalls.class, "protocols:" + port);
        assertThat(output.lines().filter(line -> line.startsWith("FAILED"))).isEmpty();
        assertThat(output.lines().filter(line -> line.startsWith("ok ")))
                .hasSameSizeAs(GrpcInteropCalls.cases().keySet());
        assertThat(output).contains("\ndone");
        // Every case has a connection of its own to its sidecar; between the sidecars they share at most four a loop.
        double connections = sum("envoy_cluster_upstream_cx_total\\{envoy_cluster_name=\"outbound\\|" + port
                + "\\|\\|protocols[^}]*\\} ([0-9.]+)");
        assertThat(connections).isBetween(1.0, 8.0);
    }

    @Test
    void aServerThatSpeaksFirstOnItsOwnPortIsNotWaitedFor() {
        List<Integer> greetings = greetings(25, 4);
        assertThat(greetings.stream().min(Integer::compare))
                .hasValueSatisfying(fastest -> assertThat(fastest).isLessThan(DETECTION_MILLIS));
    }

    /** Nothing tells that the server speaks first: the first clients wait for it, later ones no longer. */
    @Test
    void aServerThatSpeaksFirstOnAnyPortIsLearntOf() {
        List<Integer> greetings = greetings(7777, 20);
        assertThat(greetings.getFirst()).isGreaterThanOrEqualTo(DETECTION_MILLIS);
        assertThat(greetings.subList(14, 20).stream().min(Integer::compare))
                .hasValueSatisfying(fastest -> assertThat(fastest).isLessThan(DETECTION_MILLIS / 2));
    }

    @Test
    void whatIsNotHttpDoesNotPassByTheRoutesOfItsPort() throws IOException {
        String exchange = "exec 3<>/dev/tcp/protocols/7778 && timeout 5 head -c 4 <&3";
        assertThat(asClient("bash", "-c", exchange).orThrow())
                .as("without routes")
                .isEqualTo("220 ");
        lab.write("routed.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: routed, namespace: shop}
                spec:
                  parentRefs: [{kind: Service, group: "", name: protocols, port: 7778}]
                  rules:
                  - backendRefs: [{name: protocols, port: 9080}]
                """);
        Await.until(
                "the route's answer",
                READY,
                () -> asClient("curl", "-s", "-f", "-m", "2", "http://protocols:7778/")
                                .exit()
                        == 0);
        assertThat(asClient("bash", "-c", exchange)).satisfies(refused -> {
            assertThat(refused.exit()).as("closed, not waited for").isZero();
            assertThat(refused.output()).isEmpty();
        });
    }

    private static List<Integer> greetings(int port, int times) {
        String output = program(ServerFirst.class, "protocols", Integer.toString(port), Integer.toString(times));
        List<Integer> millis = Pattern.compile("greeted after (\\d+)")
                .matcher(output)
                .results()
                .map((MatchResult found) -> Integer.parseInt(found.group(1)))
                .toList();
        assertThat(millis).as(output).hasSize(times);
        System.out.println("greetings on " + port + ": " + millis);
        return millis;
    }

    @Test
    void aWebSocketOfTheJdkCrossesBothSidecars() {
        assertThat(program(WebSocketCalls.class, "ws://protocols:9080/chat").lines())
                .containsExactly("text grüße", "binary 200000", "the same bytes: true", "pong 3", "closed 4001 enough");
    }

    @Test
    void aWebSocketOfABrowserCrossesBothSidecars() throws IOException {
        Path script = folder.resolve("websocket.mjs");
        try (InputStream in = ProtocolMeshTest.class.getResourceAsStream("/browser/websocket.mjs")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        Path playwright = Peers.playwright()
                .orElseThrow(() -> new AssertionError("playwright-core is missing: verification/peers.sh"));
        Command.Result saw = asClient(
                Peers.require("node"),
                script.toString(),
                playwright.toAbsolutePath().toString(),
                Peers.require("chromium"),
                PAGE);
        assertThat(saw.output())
                .contains("{\"text\":\"grüße\",\"same\":true,\"code\":4001,\"reason\":\"enough\",\"wasClean\":true}");
        assertThat(saw.exit()).isZero();
    }

    /** HTTP/2 to an application of HTTP/1.1 and the other way round, by curl; trailers are gRPC's above. */
    @Test
    void http2AndHttp1MeetInTheMiddle() {
        assertThat(asClient(
                                "curl",
                                "-sS",
                                "-m",
                                "5",
                                "--http2-prior-knowledge",
                                "-w",
                                "%{http_version} %{http_code}",
                                PAGE)
                        .orThrow())
                .isEqualTo("<!doctype html><title>echo</title>2 200");
        assertThat(asClient("curl", "-sS", "-m", "5", "--http1.1", "-D-", "-o", "/dev/null", "http://protocols:8081/")
                        .orThrow())
                .as("what gRPC's server says to who is no gRPC client")
                .startsWith("HTTP/1.1 ")
                .contains("grpc-status: ");
    }
}
