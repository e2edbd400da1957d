package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mesh without root: two units at loopback addresses of their own, unchanged applications that call {@code http://payments/},
 * mutual TLS between the sidecars; and what the operator's commands say about it. One mesh for all tests, in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExplicitModeTest {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final String ADDRESS = "explicit mode \\(.*\\): %s listens at (127\\.77\\.[0-9.]+),";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set by the first step of every run
    private static LoopbackMesh mesh;

    @SuppressWarnings("NullAway.Init")
    private static RunningProcess payments;

    @SuppressWarnings("NullAway.Init")
    private static RunningProcess web;

    private static String token = "";

    @BeforeAll
    static void startMesh() throws IOException {
        mesh = LoopbackMesh.start(folder);
        mesh.write("payments.yaml", """
                apiVersion: v1
                kind: Service
                metadata: {name: payments, namespace: shop}
                spec:
                  selector: {app: payments}
                  ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                """);
        token = string(mesh.json("token", "create", "--host", "lab", "--identity", "shop/*")
                .get("token"));
        String unused = mesh.join("credential", token).orThrow();
        payments = mesh.run(
                "payments",
                8080,
                "credential",
                "exec " + LoopbackMesh.java(EchoServer.class, "--name payments --port 8080 --address $HOST"));
        mesh.awaitInstances("payments", 1);
        web = mesh.run(
                "web",
                9000,
                "credential",
                "echo \"curl $('" + Peers.require("curl")
                        + "' -sS -m 10 -w ' %{http_code}' http://payments/headers | tr '\\n' ' ')\"; "
                        + LoopbackMesh.java(PlainCall.class, "http://payments/which") + "; "
                        + "exec " + LoopbackMesh.java(EchoServer.class, "--name web --port 9000 --address $HOST"));
    }

    @AfterAll
    static void stopMesh() {
        if (mesh != null) {
            System.out.println(mesh.outputs());
            mesh.close();
        }
    }

    private static String string(@org.jspecify.annotations.Nullable Object value) {
        return String.valueOf(value);
    }

    @Test
    @Order(1)
    void unchangedApplicationsReachAServiceByItsName() {
        web.awaitLine("listening on 9000", READY);
        assertThat(web.output())
                .containsPattern("curl GET /headers .*host: payments .* 200")
                .contains("HttpClient 200 payments GET /which", "URLConnection 200 payments GET /which");
        assertThat(web.output().lines().filter(line -> line.contains("explicit mode")))
                .as("said in one line")
                .hasSize(1);
    }

    @Test
    @Order(2)
    void theSidecarsSpeakMutualTls() throws IOException {
        String edge = "istio_requests_total\\{(?=[^}]*reporter=\"destination\")"
                + "(?=[^}]*source_principal=\"spiffe://cluster.local/ns/shop/sa/web\")"
                + "(?=[^}]*connection_security_policy=\"mutual_tls\")[^}]*\\} ([0-9.]+)";
        double before = Await.value("the three requests counted by the callee's sidecar", READY, () -> {
            double count = sum(edge);
            return count >= 3 ? count : null;
        });
        // Past the sidecars, as explicit mode cannot prevent: the same count must not see that.
        try (PlainHttpConnection direct = new PlainHttpConnection(address(payments, "payments"), 8080, 3_000)) {
            direct.send("GET /past HTTP/1.1\r\nHost: payments\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(direct.read(false).status()).isEqualTo(200);
        }
        assertThat(sum(edge)).isEqualTo(before);
    }

    @Test
    @Order(3)
    void plaintextToASidecarIsRefused() {
        Command.Result plain = Command.run(
                Duration.ofSeconds(10),
                Peers.require("curl"),
                "--noproxy",
                "*",
                "-sS",
                "-m",
                "5",
                "http://" + address(payments, "payments") + ":18080/x");
        assertThat(plain.exit()).as(plain.output()).isNotZero();
        assertThat(plain.output()).doesNotContain("payments GET");
    }

    private static String address(RunningProcess unit, String service) {
        return unit.awaitLine(ADDRESS.formatted(service), READY).group(1);
    }

    private static double sum(String series) {
        String text = mesh.weft("proxy-config", "stats", "payments").orThrow();
        Matcher matcher = java.util.regex.Pattern.compile(series).matcher(text);
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    @Test
    @Order(4)
    void statusAndGetTellWhatRuns() {
        Await.until("both sidecars in sync", READY, () -> {
            List<?> proxies = (List<?>) mesh.json("status").get("proxies");
            return proxies != null
                    && proxies.size() == 2
                    && proxies.stream()
                            .allMatch(proxy -> "SYNCED".equalsIgnoreCase(string(((Map<?, ?>) proxy).get("state"))));
        });
        Command.Result wide = mesh.weft("get", "workloads", "-o", "wide");
        assertThat(wide.orThrow())
                .contains(address(payments, "payments"), "spiffe://cluster.local/ns/shop/sa/payments");
        assertThat(mesh.weft("get", "services").orThrow()).contains("payments");
        assertThat(mesh.weft("get", "diagnostics").exit()).isZero();
    }

    @Test
    @Order(4)
    void proxyConfigShowsWhatASidecarHolds() {
        String cluster = "outbound|80||payments.shop.svc.cluster.local";
        assertThat(mesh.weft("proxy-config", "clusters", "payments").orThrow()).contains(cluster);
        assertThat(mesh.weft("proxy-config", "endpoints", "payments").orThrow())
                .contains(cluster, address(payments, "payments") + ":18080");
        assertThat(mesh.weft("proxy-config", "listeners", "payments", "-o", "json")
                        .orThrow())
                .startsWith("{")
                .contains("http_proxy");
        assertThat(mesh.weft("proxy-config", "routes", "nobody").exit()).isNotZero();
    }

    @Test
    @Order(5)
    void aBadDocumentIsFoundByGetDiagnostics() throws IOException {
        mesh.write(
                "bad.yaml",
                "apiVersion: v1\nkind: Service\nmetadata: {name: bad, namespace: shop}\nspec: {porst: []}\n");
        Await.until(
                "the finding",
                READY,
                () -> mesh.weft("get", "diagnostics").output().contains("porst"));
        mesh.write("bad.yaml", "");
    }

    @Test
    @Order(6)
    void checkLooksAtTheControlPlane() throws IOException {
        Command.Result ready = mesh.weft("check", "--control-plane", mesh.controlPlane());
        assertThat(ready.output())
                .contains("ok    control plane: " + mesh.controlPlane() + " is spiffe://")
                .containsPattern("ok +clock: within 2 s of the control plane's");
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerPlainly(other));
            Command.Result stranger = mesh.weft("check", "--control-plane", "127.0.0.1:" + other.getLocalPort());
            assertThat(stranger.exit()).isEqualTo(1);
            assertThat(stranger.output())
                    .contains("is not this mesh's control plane: it does not speak TLS", "clock: not compared");
        }
        Command.Result closed = mesh.weft("check", "--control-plane", "127.0.0.1:" + FreePorts.next());
        assertThat(closed.exit()).isEqualTo(1);
        assertThat(closed.output()).contains("FAIL  control plane", "Is it running?", "This machine is not ready.");
    }

    /** What any web server answers to a ClientHello. */
    private static void answerPlainly(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read();
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(7)
    void aTokenIsGoodOnceAndUntilItIsRevoked() {
        Command.Result again = mesh.join("again", token);
        assertThat(again.exit()).as("a used token: %s", again.output()).isEqualTo(1);
        assertThat(folder.resolve("again/host.pem")).doesNotExist();

        Map<?, ?> created = mesh.json("token", "create", "--host", "vm-2", "--identity", "shop/web", "--ttl", "2m");
        assertThat(mesh.weft("token", "list").orThrow()).contains("vm-2", "lab");
        String id = string(created.get("id"));
        assertThat(mesh.weft("token", "revoke", id).exit()).isZero();
        Command.Result revoked = mesh.join("revoked", string(created.get("token")));
        assertThat(revoked.exit()).as("a revoked token: %s", revoked.output()).isEqualTo(1);
        assertThat(folder.resolve("revoked/host.pem")).doesNotExist();
        assertThat(mesh.weft("token", "revoke", "nothing").exit()).isEqualTo(1);
    }

    @Test
    @Order(8)
    void aUnitThatEndsLeavesTheMesh() {
        payments.terminate();
        assertThat(payments.awaitExit(Duration.ofSeconds(30))).isIn(0, 143);
        mesh.awaitInstances("payments", 0);
    }

    @Test
    @Order(9)
    void anIdentityTheHostMayNotRunIsRefusedAtOnce() {
        String narrow = string(mesh.json("token", "create", "--host", "narrow", "--identity", "shop/web")
                .get("token"));
        String unused = mesh.join("narrow", narrow).orThrow();
        RunningProcess unit = mesh.run("orders", 9200, "narrow", "echo started");
        assertThat(unit.awaitExit(Duration.ofSeconds(30)))
                .as("before --start-timeout: %s", unit.output())
                .isEqualTo(1);
        assertThat(unit.output())
                .contains("the sidecar was refused the identity spiffe://cluster.local/ns/shop/sa/orders: the token"
                        + " spiffe://cluster.local/host/narrow joined with does not cover shop/orders")
                .doesNotContainPattern("(?m)^started");
    }

    @Test
    @Order(10)
    void anOldHostCredentialIsRenewedOnDisk() throws IOException {
        String another = string(mesh.json("token", "create", "--host", "old", "--identity", "shop/*")
                .get("token"));
        String unused = mesh.join("old", another).orThrow();
        Path credential = mesh.file("old");
        AgedCredential.age(credential, mesh.file("state"), mesh.file("scratch"));
        String key = Files.readString(credential.resolve("host.key"));
        RunningProcess unit = mesh.run("old", 9100, "old", "exec sleep 1000");
        unit.awaitLine("host credential renewed", READY);
        // Started by root, the sidecar is another user, and its unit takes over what it left, at its end at the latest.
        unit.terminate();
        int unusedExit = unit.awaitExit(Duration.ofSeconds(30));
        assertThat(AgedCredential.isFresh(credential)).isTrue();
        assertThat(credential.resolve("host.key")).hasContent(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(credential.resolve("host.key"))))
                .isEqualTo("rw-------");
    }
}
