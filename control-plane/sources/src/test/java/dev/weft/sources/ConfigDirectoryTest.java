package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.ValueMatch;
import dev.weft.meshmodel.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDirectoryTest {
    static final String SHOP = """
            apiVersion: weft.dev/v1
            kind: Mesh
            metadata: {name: mesh}
            spec: {trustDomain: shop.example, mtls: PERMISSIVE, egress: REGISTRY_ONLY, accessLog: true}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: payments, namespace: shop}
            spec:
              selector: {app: payments}
              ports:
              - {name: http, port: 80, targetPort: 8080}
              - {name: db, port: 3306, targetPort: mysql, appProtocol: tcp}
              - {name: odd, port: 9000, tls: disabled}
            ---
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: payments-1, namespace: shop, labels: {app: payments, version: v1}}
            spec:
              address: 10.0.0.5
              ports: [{name: mysql, port: 3307, inboundPort: 13307}]
              serviceAccount: pay
              tls: plaintext
              weight: 3
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: payments, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: payments, port: 80}]
              rules:
              - matches:
                - path: {type: Exact, value: /pay}
                  headers: [{name: X-Canary, value: "1"}]
                  queryParams: [{name: a, type: RegularExpression, value: "b+"}]
                  method: POST
                filters:
                - type: RequestHeaderModifier
                  requestHeaderModifier: {set: [{name: a, value: b}], remove: [c]}
                backendRefs: [{name: payments, port: 80, weight: 90}, {name: gone, port: 80, weight: 10}]
                timeouts: {request: 5s, backendRequest: 1s500ms}
            ---
            apiVersion: weft.dev/v1
            kind: TrafficPolicy
            metadata: {name: payments, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: payments, sectionName: http}]
              loadBalancer: {simple: ROUND_ROBIN}
              timeouts: {connect: 250ms, request: 0s, idle: 1h}
            """;

    @TempDir
    Path directory;

    @Test
    void everyKindIsReadWithAllItsFields() throws IOException {
        Files.writeString(directory.resolve("shop.yaml"), SHOP);
        ConfigDirectory.Loaded loaded = ConfigDirectory.load(directory);
        assertThat(loaded.diagnostics()).isEmpty();
        MeshImage image = loaded.image();
        assertThat(image.settings().trustDomain().name()).isEqualTo("shop.example");
        assertThat(image.settings().mtls()).isEqualTo(MeshSettings.Mtls.PERMISSIVE);
        assertThat(image.settings().egress()).isEqualTo(MeshSettings.Egress.REGISTRY_ONLY);
        assertThat(image.settings().accessLog()).isTrue();

        ResourceKey payments = ResourceKey.service("shop", "payments");
        Service service = image.service(payments);
        assertThat(service.ports())
                .containsExactly(
                        new Service.Port("http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false),
                        new Service.Port("db", 3306, new Service.TargetPort.Name("mysql"), Service.Protocol.TCP, false),
                        new Service.Port(
                                "odd", 9000, new Service.TargetPort.Number(9000), Service.Protocol.UNDECLARED, true));
        Workload workload = image.workloads(payments).getFirst();
        assertThat(workload.ports()).containsExactly(new Workload.Port("mysql", 3307, 13307));
        assertThat(workload.tls()).isEqualTo(Workload.Tls.PLAINTEXT);
        assertThat(workload.weight()).isEqualTo(3);
        assertThat(workload.labels()).isEqualTo(Map.of("app", "payments", "version", "v1"));
        assertThat(image.identity(workload)).hasToString("spiffe://shop.example/ns/shop/sa/pay");

        HttpRoute route = (HttpRoute) image.routes(payments).getFirst();
        RouteRule<HttpRoute.Match> rule = route.rules().getFirst();
        assertThat(rule.matches())
                .containsExactly(new HttpRoute.Match(
                        new HttpRoute.PathMatch(HttpRoute.PathMatch.Type.EXACT, "/pay"),
                        List.of(new ValueMatch(ValueMatch.Type.EXACT, "X-Canary", "1")),
                        List.of(new ValueMatch(ValueMatch.Type.REGEX, "a", "b+")),
                        "POST"));
        assertThat(rule.backendRefs()).extracting(BackendRef::weight).containsExactly(90, 10);
        assertThat(rule.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(rule.backendRequestTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(rule.filters()).singleElement().isInstanceOf(RouteFilter.RequestHeaders.class);

        TrafficPolicy policy = image.policies(payments).getFirst();
        assertThat(policy.loadBalancer()).isEqualTo(LoadBalancer.of(LoadBalancer.Policy.ROUND_ROBIN));
        assertThat(policy.connectTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(policy.requestTimeout()).isZero();
    }

    @Test
    void allErrorsOfADocumentAreReportedAtOnceWithTheirPlaces() throws IOException {
        Path file = directory.resolve("bad.yaml");
        Files.writeString(file, """
                # a comment
                apiVersion: v1
                kind: Service
                metadata: {name: payments, namespace: shop}
                spec:
                  selectr: {app: payments}
                  clusterIP: 10.0.0.1
                  ports:
                  - name: http
                    port: 80
                    prot: 8080
                  - name: http
                    port: 99999
                    targetPort: [1]
                """);
        List<Diagnostic> found = ConfigDirectory.load(directory).diagnostics();
        assertThat(found)
                .extracting(Diagnostic::toString)
                .contains(
                        file
                                + ":6:3: error[unknown-field] spec.selectr: unknown field 'selectr'; did you mean 'selector'?",
                        file + ":7:3: warning[unused-field] spec.clusterIP: is accepted, but Weft does not use it",
                        file + ":13:5: error[out-of-range] spec.ports[1].port: must be 1 to 65535 (got 99999)",
                        file + ":12:5: error[port-clash] spec.ports[1].name: the name 'http' is there twice",
                        file + ":14:5: error[wrong-type] spec.ports[1].targetPort: must be a string (got a list)");
        assertThat(found).anySatisfy(d -> assertThat(d.toString()).contains("spec.ports[0].prot: unknown field"));
    }

    @Test
    void directoriesTooDeepToBeReadAreWarnedOf() throws IOException {
        Path deepest = Files.createDirectories(directory.resolve("1/2/3/4/5/6/7"));
        Files.writeString(deepest.resolve("shop.yaml"), SHOP);
        assertThat(ConfigDirectory.load(directory).diagnostics()).isEmpty();
        assertThat(ConfigDirectory.load(directory).image().services()).hasSize(1);
        Files.createDirectories(deepest.resolve(".git/objects"));
        assertThat(ConfigDirectory.load(directory).diagnostics()).isEmpty();
        Files.createDirectories(deepest.resolve("b"));
        Path first = Files.createDirectories(deepest.resolve("a"));
        Files.writeString(first.resolve("ignored.yaml"), "[");
        assertThat(ConfigDirectory.load(directory).diagnostics())
                .extracting(Diagnostic::toString)
                .containsExactly(
                        first + ":1:1: warning[directory-too-deep] nothing in it is read: it lies more than 7 levels"
                                + " below the directory of the mesh; move its files up");
        assertThat(ConfigDirectory.load(directory).image().services()).hasSize(1);
    }

    @Test
    void missingDirectoryIsADiagnostic() {
        assertThat(ConfigDirectory.load(directory.resolve("none")).diagnostics())
                .extracting(Diagnostic::code)
                .containsExactly("unreadable-directory");
    }
}
