package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.adminapi.CertificateStatus;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.RecordJson;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole control plane in one process, with gRPC clients. */
class ControlPlaneTest {
    private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";

    @TempDir
    Path folder;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private Path config;
    private ControlPlane plane;

    @BeforeEach
    void start() throws IOException {
        config = Files.createDirectories(folder.resolve("config"));
        write("orders.yaml", orders("10.0.0.1", "10.0.0.2"));
        plane = ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state")));
    }

    @AfterEach
    void stop() throws IOException {
        channels.forEach(ManagedChannel::shutdownNow);
        plane.close();
    }

    private void write(String name, String text) throws IOException {
        Path next = config.resolve("." + name + ".next");
        Files.writeString(next, text);
        Files.move(next, config.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String orders(String... addresses) {
        StringBuilder text = new StringBuilder("""
                apiVersion: v1
                kind: Service
                metadata: {name: orders, namespace: shop}
                spec:
                  selector: {app: orders}
                  ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                """);
        for (int i = 0; i < addresses.length; i++) {
            text.append("""
                    ---
                    apiVersion: weft.dev/v1
                    kind: Workload
                    metadata: {name: orders-%d, namespace: shop, labels: {app: orders}}
                    spec: {address: %s, ports: [{name: http, port: 8080}], serviceAccount: orders}
                    """.formatted(i, addresses[i]));
        }
        return text.toString();
    }

    private ManagedChannel keep(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    private ManagedChannel as(TestClient.Credential credential) {
        return keep(TestClient.channel(
                plane.xdsAddress(), plane.issuer().authority().root(), credential));
    }

    private AdsClient connect(String name) {
        return new AdsClient(as(TestClient.workload(plane, "shop", "orders")), name, "shop", "orders", "orders");
    }

    private static List<String> endpoints(AdsClient client) {
        List<String> addresses = new ArrayList<>();
        var resource = client.held(AdsClient.ENDPOINTS).get(ORDERS);
        if (resource != null) {
            try {
                resource.getResource().unpack(ClusterLoadAssignment.class).getEndpointsList().stream()
                        .flatMap(group -> group.getLbEndpointsList().stream())
                        .map(e ->
                                e.getEndpoint().getAddress().getSocketAddress().getAddress())
                        .forEach(addresses::add);
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
        addresses.sort(null);
        return addresses;
    }

    @Test
    void aProxyGetsTheMeshAndEveryEditOfIt() throws Exception {
        AdsClient client = connect("orders-a");
        client.await(
                "the mesh",
                () -> endpoints(client).equals(List.of("10.0.0.1", "10.0.0.2"))
                        && !client.held(AdsClient.LISTENERS).isEmpty());
        assertThat(client.held(AdsClient.LISTENERS)).containsKeys("virtualOutbound", "virtualInbound");
        List<Long> millis = new ArrayList<>();
        for (int i = 3; i < 13; i++) {
            String address = "10.0.0." + i;
            long begin = System.nanoTime();
            write("orders.yaml", orders("10.0.0.1", address));
            client.await("the edit", () -> endpoints(client).contains(address));
            millis.add((System.nanoTime() - begin) / 1_000_000);
        }
        millis.sort(null);
        System.out.println("edit to proxy, ms: " + millis);
        // The watcher waits for 50 ms of quiet; the rest is ours. Generous, for a machine shared with a build.
        assertThat(millis.get(millis.size() / 2)).isLessThan(500);
    }

    /** A proxy that is told apart from its like by a change sees neither of what its former class becomes by it. */
    @Test
    void aProxyThatChangesClassNeverSeesWhatItsFormerClassBecomes() throws Exception {
        String route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: orders}]
                  rules:
                  - name: theirs
                    filters: [{type: RequestRedirect, requestRedirect: {hostname: %s}}]
                ---
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: p, namespace: shop}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: theirs}]
                  sources: [{serviceAccounts: [%s]}]
                """;
        write("route.yaml", route.formatted("before.test", "orders"));
        AdsClient client = connect("orders-a");
        client.subscribe(AdsClient.ROUTES, List.of("80"));
        client.await(
                "the rule", () -> text(client.held(AdsClient.ROUTES).get("80")).contains("before.test"));
        write("route.yaml", route.formatted("after.test", "somebody-else"));
        client.await(
                "the rule's end",
                () -> !text(client.held(AdsClient.ROUTES).get("80")).contains("before.test"));
        assertThat(client.received()).noneMatch(resource -> text(resource).contains("after.test"));
        write("route.yaml", route.formatted("again.test", "orders"));
        client.await(
                "the rule again",
                () -> text(client.held(AdsClient.ROUTES).get("80")).contains("again.test"));
    }

    private static String text(@Nullable Resource resource) {
        return resource == null ? "" : resource.getResource().getValue().toStringUtf8();
    }

    @Test
    void aNewCertificateIsShownAsNewAlthoughItBeginsInThePast() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> !client.held(AdsClient.LISTENERS).isEmpty());
        ProxyList proxies = RecordJson.read(ProxyList.class, new HttpProbe(plane).get("/api/v1/proxies"));
        CertificateStatus certificate = proxies.proxies().getFirst().certificate();
        assertThat(certificate).isNotNull();
        assertThat(Instant.parse(certificate.notBefore()))
                .isBefore(Instant.now().minusSeconds(110));
        assertThat(certificate.ageSeconds()).isLessThan(100);
    }

    @Test
    void instancesOfOneIdentityShowTheirOwnCertificates() throws Exception {
        TestClient.Credential a = TestClient.workload(plane, "shop", "orders", "orders-a.shop");
        TestClient.Credential b = TestClient.workload(plane, "shop", "orders", "orders-b.shop");
        TestClient.Credential c = TestClient.workload(plane, "shop", "orders"); // do not say which they are
        TestClient.Credential d = TestClient.workload(plane, "shop", "orders");
        List<TestClient.Credential> all = List.of(a, b, c, d);
        for (int i = 0; i < all.size(); i++) {
            AdsClient client = new AdsClient(as(all.get(i)), "orders-" + "abcd".charAt(i), "shop", "orders", "orders");
            client.await("the mesh", () -> !client.held(AdsClient.LISTENERS).isEmpty());
        }
        assertThat(serials())
                .containsExactlyInAnyOrderElementsOf(List.of(
                        "orders-a " + serial(a),
                        "orders-b " + serial(b),
                        "orders-c " + serial(c),
                        "orders-d " + serial(d)));
        // One renews, on its old stream: it alone shows a new one.
        TestClient.Credential renewed = TestClient.create(as(a), "", null, "orders-a.shop");
        assertThat(serials())
                .containsExactlyInAnyOrderElementsOf(List.of(
                        "orders-a " + serial(renewed),
                        "orders-b " + serial(b),
                        "orders-c " + serial(c),
                        "orders-d " + serial(d)));
    }

    private static String serial(TestClient.Credential credential) {
        return credential.leaf().getSerialNumber().toString(16);
    }

    private List<String> serials() throws Exception {
        return RecordJson.read(ProxyList.class, new HttpProbe(plane).get("/api/v1/proxies")).proxies().stream()
                .map(proxy -> proxy.name() + " "
                        + (proxy.certificate() == null
                                ? null
                                : proxy.certificate().serial()))
                .toList();
    }

    @Test
    void aChangeThatTakesMostEndpointsAwayIsHeldUntilReleased() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        HttpProbe probe = new HttpProbe(plane);
        long version = plane.mesh().image().version();
        write("orders.yaml", orders());
        probe.await("/api/v1/diagnostics", "held-change");
        assertThat(probe.get("/api/v1/info")).contains("weft release");
        assertThat(plane.mesh().image().version()).isEqualTo(version);
        assertThat(endpoints(client)).containsExactly("10.0.0.1", "10.0.0.2");

        write("orders.yaml", orders("10.0.0.3"));
        client.await("what may go is not held", () -> endpoints(client).equals(List.of("10.0.0.3")));
        assertThat(probe.get("/api/v1/diagnostics")).doesNotContain("held-change");

        write("orders.yaml", orders());
        probe.await("/api/v1/diagnostics", "held-change");
        String auth = "Bearer " + plane.operatorToken();
        assertThat(probe.send("POST", "/api/v1/release", "", "Authorization", auth)
                        .body())
                .contains("\"changes\":1");
        client.await("the release", () -> endpoints(client).isEmpty());
        assertThat(probe.send("POST", "/api/v1/release", "", "Authorization", auth)
                        .body())
                .contains("\"changes\":0");
        assertThat(Files.readString(folder.resolve("state/ca/audit.log"))).contains("change-released");
    }

    @Test
    void aBadEditChangesNothingAndIsReported() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        write("orders.yaml", orders("10.0.0.1", "10.0.0.2").replace("appProtocol", "appProtokoll"));
        HttpProbe probe = new HttpProbe(plane);
        probe.await("/api/v1/diagnostics", "appProtokoll");
        assertThat(endpoints(client)).containsExactly("10.0.0.1", "10.0.0.2");
        write("orders.yaml", orders("10.0.0.9"));
        client.await("the repair", () -> endpoints(client).equals(List.of("10.0.0.9")));
    }

    @Test
    void aRefusedUpdateIsShownWithItsReason() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        client.refuseWith = "no such thing as 10.0.0.3";
        write("orders.yaml", orders("10.0.0.1", "10.0.0.3"));
        HttpProbe probe = new HttpProbe(plane);
        probe.await("/api/v1/proxies", "no such thing as 10.0.0.3");
        assertThat(probe.get("/api/v1/proxies"))
                .contains("\"state\":\"rejected\"")
                .contains("\"type\":\"EDS\"");
        client.refuseWith = null;
        write("orders.yaml", orders("10.0.0.1", "10.0.0.4"));
        client.await("the next", () -> endpoints(client).contains("10.0.0.4"));
        probe.await("/api/v1/proxies", "\"state\":\"synced\"");
    }

    @Test
    void anInstanceComesWithItsLeaseAndGoesWithItsGoodbye() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        Registration instance = new Registration(as(TestClient.workload(plane, "shop", "orders")));
        instance.register("orders-b", "shop", "orders", "orders", "10.0.0.77", 8080);
        instance.awaitOk();
        client.await("the instance", () -> endpoints(client).contains("10.0.0.77"));
        instance.say("renew");
        instance.awaitOk();
        long begin = System.nanoTime();
        instance.say("leave");
        client.await("its end", () -> !endpoints(client).contains("10.0.0.77"));
        Duration gone = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("clean exit seen after " + gone.toMillis() + " ms");
        assertThat(gone).isLessThan(Duration.ofMillis(500));
        assertThat(instance.end.get(5, TimeUnit.SECONDS).isOk()).isTrue();
    }

    @Test
    void aCrashedInstanceIsGoneWithinThreeSecondsAndAReconnectedOneNever() throws Exception {
        AdsClient client = connect("orders-a");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        TestClient.Credential credential = TestClient.workload(plane, "shop", "orders");
        ManagedChannel connection = as(credential);
        Registration first = new Registration(connection);
        first.register("orders-b", "shop", "orders", "orders", "10.0.0.77", 8080);
        first.awaitOk();
        client.await("the instance", () -> endpoints(client).contains("10.0.0.77"));
        long before = client.responses;
        connection.shutdownNow(); // the connection dies, as with kill -9
        Registration again = new Registration(as(credential));
        again.register("orders-b", "shop", "orders", "orders", "10.0.0.77", 8080);
        again.awaitOk();
        assertThat(client.responses).as("nobody noticed").isEqualTo(before);
        long begin = System.nanoTime();
        again.cancel();
        client.await("its end", () -> !endpoints(client).contains("10.0.0.77"));
        Duration gone = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("crash seen after " + gone.toMillis() + " ms");
        assertThat(gone).isLessThan(Duration.ofSeconds(3));
    }

    /** The endpoints of orders as {@code address STATUS}. */
    private static List<String> health(AdsClient client) {
        var resource = client.held(AdsClient.ENDPOINTS).get(ORDERS);
        try {
            return resource == null
                    ? List.of()
                    : resource.getResource().unpack(ClusterLoadAssignment.class).getEndpointsList().stream()
                            .flatMap(group -> group.getLbEndpointsList().stream())
                            .map(e -> e.getEndpoint()
                                            .getAddress()
                                            .getSocketAddress()
                                            .getAddress() + " " + e.getHealthStatus())
                            .toList();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInstanceThatIsNotReadyStaysAndDrains() throws Exception {
        AdsClient client = connect("orders-a");
        Registration instance = new Registration(as(TestClient.workload(plane, "shop", "orders")));
        instance.register("orders-b", "shop", "orders", "orders", "10.0.0.77", 8080);
        instance.awaitOk();
        client.await("the instance", () -> health(client).contains("10.0.0.77 HEALTHY"));
        for (int i = 0; i < 3; i++) {
            long begin = System.nanoTime();
            instance.ready(false, "status 503");
            instance.awaitOk();
            client.await("its illness", () -> health(client).contains("10.0.0.77 DRAINING"));
            Duration seen = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(seen).isLessThan(Duration.ofSeconds(1));
            instance.ready(true, "status 200");
            instance.awaitOk();
            client.await("its recovery", () -> health(client).contains("10.0.0.77 HEALTHY"));
        }
        instance.ready(false, "status 503");
        instance.say("renew"); // which says nothing of it
        client.await("its illness", () -> health(client).contains("10.0.0.77 DRAINING"));
        assertThat(endpoints(client)).hasSize(3);
    }

    @Test
    void nobodyRegistersOrAsksAsSomebodyElse() throws Exception {
        TestClient.Credential orders = TestClient.workload(plane, "shop", "orders");
        Registration foreign = new Registration(as(orders));
        foreign.register("pay-1", "bank", "payments", "payments", "10.0.0.66", 8080);
        assertThat(foreign.end.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);

        AdsClient node = new AdsClient(as(orders), "pay-1", "bank", "payments", "payments");
        node.await("the refusal", () -> node.status != null);
        assertThat(node.status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);

        Registration nobody = new Registration(as(null));
        nobody.register("orders-b", "shop", "orders", "orders", "10.0.0.66", 8080);
        assertThat(nobody.end.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        AdsClient anonymous = new AdsClient(as(null), "orders-b", "shop", "orders", "orders");
        anonymous.await("the refusal", () -> anonymous.status != null);
        assertThat(anonymous.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void wrongAndUsedTokensGetNothing() throws Exception {
        String secret = plane.issuer()
                .tokens()
                .create("vm-1", List.of(dev.weft.ca.IdentityPattern.parse("shop/*")), Duration.ofMinutes(5))
                .secret();
        TestClient.Credential host = TestClient.create(as(null), secret, null);
        for (String token : List.of(secret, "guess")) {
            StatusRuntimeException refused =
                    catchThrowableOfType(StatusRuntimeException.class, () -> TestClient.create(as(null), token, null));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused.getStatus().getDescription()).startsWith("certificate refused (reference ");
        }
        assertThat(folder.resolve("state/ca/audit.log"))
                .content()
                .contains("is used")
                .contains("unknown token");
        // A host credential is good for certificates only.
        AdsClient asHost = new AdsClient(as(host), "orders-a", "shop", "orders", "orders");
        asHost.await("the refusal", () -> asHost.status != null);
        assertThat(asHost.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        StatusRuntimeException nobody =
                catchThrowableOfType(StatusRuntimeException.class, () -> TestClient.create(as(null), "", null));
        assertThat(nobody.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aRestartKeepsRootTokensAndLeasesAndTakesNothingAway() throws Exception {
        String secret = plane.issuer()
                .tokens()
                .create("vm-1", List.of(dev.weft.ca.IdentityPattern.parse("shop/*")), Duration.ofMinutes(5))
                .secret();
        TestClient.Credential credential = TestClient.workload(plane, "shop", "orders");
        Registration instance = new Registration(as(credential));
        instance.register("orders-b", "shop", "orders", "orders", "10.0.0.77", 8080);
        instance.awaitOk();
        plane.close();
        plane = ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state")));
        AdsClient client = new AdsClient(as(credential), "orders-a", "shop", "orders", "orders");
        client.await(
                "the mesh with the lease",
                () -> endpoints(client).equals(List.of("10.0.0.1", "10.0.0.2", "10.0.0.77")));
        assertThat(TestClient.create(as(null), secret, null).leaf()).isNotNull();
    }

    @Test
    void twoControlPlanesDoNotShareAState() {
        assertThatThrownBy(() -> ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another control plane runs");
    }

    @Test
    void plaintextClientsAreServedByNodeId() throws Exception {
        AdsClient client = new AdsClient(
                keep(TestClient.plaintext(plane.plaintextXdsAddress())), "sim-1", "shop", "orders", "orders");
        client.await("the mesh", () -> endpoints(client).size() == 2);
        assertThat(new HttpProbe(plane).get("/api/v1/proxies")).contains("\"id\":\"sim-1.shop\"");
    }
}
