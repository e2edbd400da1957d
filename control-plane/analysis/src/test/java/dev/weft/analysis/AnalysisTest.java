package dev.weft.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Condition;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.sources.ConfigDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalysisTest {
    private static final String ORDERS = """
            apiVersion: v1
            kind: Service
            metadata: {name: orders, namespace: shop}
            spec: {selector: {app: orders}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-x, port: 81}]}
            ---
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: orders-1, namespace: shop, labels: {app: orders}}
            spec: {address: 10.0.0.1}
            """;

    @TempDir
    Path directory;

    private MeshImage image(String... documents) throws IOException {
        Files.writeString(directory.resolve("mesh.yaml"), String.join("---\n", documents));
        ConfigDirectory.Loaded loaded = ConfigDirectory.load(directory);
        assertThat(loaded.diagnostics()).noneMatch(Diagnostic::isError);
        return loaded.image();
    }

    private List<String> found(String... documents) throws IOException {
        return Analysis.analyze(image(documents)).stream()
                .map(d -> d.code() + " " + d.path() + ": " + d.problem())
                .toList();
    }

    private static String route(String spec) {
        return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec:\n"
                + spec.indent(2);
    }

    @Test
    void soundMeshHasNoFindings() throws IOException {
        assertThat(found(ORDERS)).isEmpty();
    }

    @Test
    void danglingReferencesAreNamedWithTheirPlace() throws IOException {
        MeshImage image = image(ORDERS, route("""
                parentRefs: [{group: "", kind: Service, name: orders}, {group: "", kind: Service, name: nobody}]
                rules:
                - backendRefs:
                  - {name: orders, port: 80, weight: 9}
                  - {name: gone, port: 80}
                  - {name: orders, port: 82}
                  - {name: orders}
                  - {name: orders, namespace: other, port: 80}
                """));
        assertThat(Analysis.analyze(image))
                .extracting(Diagnostic::toString)
                .containsExactly(
                        directory.resolve("mesh.yaml")
                                + ":15:58: warning[dangling-parent] spec.parentRefs[1]: HTTPRoute shop/r: there is no"
                                + " Service shop/nobody; the route has no effect until there is",
                        directory.resolve("mesh.yaml")
                                + ":19:7: warning[dangling-backend] spec.rules[0].backendRefs[1]: HTTPRoute shop/r: there is"
                                + " no Service shop/gone; its share is answered with 500",
                        directory.resolve("mesh.yaml")
                                + ":20:7: warning[dangling-backend] spec.rules[0].backendRefs[2]: HTTPRoute shop/r: Service"
                                + " shop/orders has no port 82; its share is answered with 500",
                        directory.resolve("mesh.yaml")
                                + ":21:7: warning[dangling-backend] spec.rules[0].backendRefs[3]: HTTPRoute shop/r: needs the"
                                + " port of Service shop/orders; its share is answered with 500",
                        directory.resolve("mesh.yaml")
                                + ":22:7: warning[backend-not-permitted] spec.rules[0].backendRefs[4]: HTTPRoute shop/r:"
                                + " Service other/orders is in another namespace, and no ReferenceGrant there permits it; its"
                                + " share is answered with 500");
        assertThat(Analysis.conditions(image).get(new ResourceKey(Kind.HTTP_ROUTE, "shop", "r")))
                .extracting(Condition::parent, Condition::type, Condition::status, Condition::reason)
                .containsExactly(
                        tuple("Service shop/orders", "Accepted", true, "Accepted"),
                        tuple("Service shop/orders", "ResolvedRefs", false, "BackendNotFound"),
                        tuple("Service shop/nobody", "Accepted", false, "NoMatchingParent"),
                        tuple("Service shop/nobody", "ResolvedRefs", false, "BackendNotFound"));
    }

    private static final String TWO_PORTS = """
            apiVersion: v1
            kind: Service
            metadata: {name: two, namespace: shop}
            spec: {selector: {app: orders}, ports: [{name: http-a, port: 8081}, {name: http-b, port: 8082}]}
            """;

    @Test
    void aBackendWithoutAPortMeansTheOnlyOneOrTheRequests() throws IOException {
        String route =
                "parentRefs: [{group: '', kind: Service, name: %s}]\nrules: [{backendRefs: [{group: weft.dev, kind: Service, name: %s}]}]\n";
        assertThat(found(ORDERS, TWO_PORTS, route(route.formatted("two", "two"))))
                .noneMatch(finding -> finding.contains("backend"));
        assertThat(found(ORDERS, TWO_PORTS, route(route.formatted("two", "orders"))))
                .contains("dangling-backend spec.rules[0].backendRefs[0]: HTTPRoute shop/r: needs the port of Service"
                        + " shop/orders, which has several");
    }

    private static final String SUBSETS = """
            apiVersion: weft.dev/v1
            kind: Subset
            metadata: {name: orders.v1, namespace: shop}
            spec: {service: orders, labels: {version: v1}}
            ---
            apiVersion: weft.dev/v1
            kind: Subset
            metadata: {name: gone.v1, namespace: shop}
            spec: {service: gone, labels: {version: v1}}
            """;

    @Test
    void aSubsetOfNothingIsNamed() throws IOException {
        assertThat(found(ORDERS, SUBSETS))
                .containsExactlyInAnyOrder(
                        "empty-subset spec.labels: Subset shop/orders.v1: no workload of Service shop/orders carries its"
                                + " labels",
                        "dangling-target spec.service: Subset shop/gone.v1: there is no Service shop/gone");
    }

    @Test
    void aBackendMayBeASubset() throws IOException {
        MeshImage image = image(ORDERS, SUBSETS, route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules:
                - backendRefs:
                  - {group: weft.dev, kind: Subset, name: orders.v1, port: 80}
                  - {group: weft.dev, kind: Subset, name: orders.v2, port: 80}
                """));
        assertThat(Analysis.analyze(image))
                .extracting(finding -> finding.code() + " " + finding.path() + ": " + finding.problem())
                .contains("dangling-backend spec.rules[0].backendRefs[1]: HTTPRoute shop/r: there is no Subset"
                        + " shop/orders.v2")
                .noneMatch(finding -> finding.contains("backendRefs[0]"));
        assertThat(conditions(image, Kind.HTTP_ROUTE, "r"))
                .containsExactly("Accepted=true Accepted", "ResolvedRefs=false BackendNotFound");
    }

    private static String doc(String kind, String namespace, String name, String spec) {
        return "apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind + "\nmetadata: {name: " + name
                + ", namespace: " + namespace + "}\nspec:\n" + spec.indent(2);
    }

    private List<String> conditions(MeshImage image, Kind kind, String name) {
        return Analysis.conditions(image).get(new ResourceKey(kind, "shop", name)).stream()
                .map(condition -> condition.type() + "=" + condition.status() + " " + condition.reason())
                .toList();
    }

    @Test
    void anotherNamespaceHasToPermitAReference() throws IOException {
        String other = ORDERS.replace("shop", "other");
        String refers = route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules: [{backendRefs: [{name: orders, namespace: other, port: 80}]}]
                """);
        String[] others = {
            doc("ReferenceGrant", "other", "g", """
                    from: [{group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: shop}]
                    to: [{group: "", kind: Service}]
                    """),
            doc("ReferenceGrant", "other", "g", """
                    from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}]
                    to: [{group: "", kind: Service}]
                    """),
            doc("ReferenceGrant", "other", "g", """
                    from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
                    to: [{group: "", kind: Service, name: payments}, {group: "", kind: Secret}]
                    """),
            doc("ReferenceGrant", "shop", "g", """
                    from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
                    to: [{group: "", kind: Service}]
                    """),
        };
        for (String grant : others) {
            assertThat(conditions(image(ORDERS, other, refers, grant), Kind.HTTP_ROUTE, "r"))
                    .as(grant)
                    .containsExactly("Accepted=true Accepted", "ResolvedRefs=false RefNotPermitted");
        }
        String grant = doc("ReferenceGrant", "other", "g", """
                from:
                - {group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: shop}
                - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}
                to: [{group: "", kind: Secret}, {group: "", kind: Service, name: orders}]
                """);
        assertThat(conditions(image(ORDERS, other, refers, grant), Kind.HTTP_ROUTE, "r"))
                .containsExactly("Accepted=true Accepted", "ResolvedRefs=true ResolvedRefs");
    }

    @Test
    void aMirrorThatIsNotThereIsTold() throws IOException {
        MeshImage image = image(ORDERS, route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules:
                - filters: [{type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}]
                  backendRefs: [{name: orders, port: 80}]
                """));
        assertThat(conditions(image, Kind.HTTP_ROUTE, "r"))
                .containsExactly("Accepted=true Accepted", "ResolvedRefs=false BackendNotFound");
        assertThat(Analysis.analyze(image))
                .extracting(Diagnostic::code, Diagnostic::path)
                .containsExactly(tuple("dangling-backend", "spec.rules[0].filters[0]"));
    }

    @Test
    void faultsAreToldAndSoAreTheirTargets() throws IOException {
        MeshImage image = image(ORDERS, """
                apiVersion: weft.dev/v1
                kind: FaultPolicy
                metadata: {name: f, namespace: shop}
                spec:
                  targetRefs: [{name: orders}, {name: gone}, {name: orders, sectionName: nope}]
                  abort: {httpStatus: 503}
                """);
        assertThat(Analysis.analyze(image))
                .extracting(Diagnostic::code, Diagnostic::path)
                .containsExactlyInAnyOrder(
                        tuple("faults-on", "spec"),
                        tuple("dangling-target", "spec.targetRefs[1]"),
                        tuple("dangling-target", "spec.targetRefs[2].sectionName"));
    }

    @Test
    void aBackendOfAnotherKindIsInvalid() throws IOException {
        MeshImage image = image(ORDERS, route("""
                parentRefs: [{group: core, kind: Service, name: orders}]
                rules: [{backendRefs: [{group: storage.example, kind: Bucket, name: orders, port: 80}]}]
                """));
        assertThat(conditions(image, Kind.HTTP_ROUTE, "r"))
                .containsExactly("Accepted=true Accepted", "ResolvedRefs=false InvalidKind");
        assertThat(Analysis.analyze(image)).extracting(Diagnostic::code).containsExactly("backend-kind");
    }

    @Test
    void routesOfTwoKindsAreNotMerged() throws IOException {
        MeshImage image = image(ORDERS, doc("HTTPRoute", "shop", "b", """
                        parentRefs: [{group: "", kind: Service, name: orders}]
                        rules: [{backendRefs: [{name: orders, port: 80}]}]
                        """), doc("GRPCRoute", "shop", "a", """
                        parentRefs: [{group: "", kind: Service, name: orders}]
                        rules: [{backendRefs: [{name: orders, port: 80}]}]
                        """));
        assertThat(conditions(image, Kind.GRPC_ROUTE, "a")).first().isEqualTo("Accepted=true Accepted");
        assertThat(conditions(image, Kind.HTTP_ROUTE, "b")).first().isEqualTo("Accepted=false Conflicted");
        assertThat(Analysis.analyze(image))
                .extracting(Diagnostic::code, Diagnostic::path)
                .containsExactly(tuple("route-conflict", "spec.parentRefs[0]"));
    }

    @Test
    void aRouteOfWhichARuleCannotBeIsPartlyInvalid() throws IOException {
        String unsupported =
                "{filters: [{type: ExternalAuth, externalAuth: {}}], backendRefs: [{name: orders, port: 80}]}";
        String parents = "parentRefs: [{group: \"\", kind: Service, name: orders}]\n";
        assertThat(conditions(
                        image(
                                ORDERS,
                                route(parents + "rules: [" + unsupported
                                        + ", {matches: [{method: GET}], backendRefs: [{name: orders, port: 80}]}]")),
                        Kind.HTTP_ROUTE,
                        "r"))
                .containsExactly(
                        "Accepted=true Accepted",
                        "ResolvedRefs=true ResolvedRefs",
                        "PartiallyInvalid=true UnsupportedValue");
        assertThat(conditions(image(ORDERS, route(parents + "rules: [" + unsupported + "]")), Kind.HTTP_ROUTE, "r"))
                .containsExactly("Accepted=false UnsupportedValue", "ResolvedRefs=true ResolvedRefs");
    }

    @Test
    void soundRouteIsAcceptedAndResolved() throws IOException {
        MeshImage image = image(ORDERS, route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules: [{backendRefs: [{name: orders, port: 80}]}]
                """));
        assertThat(Analysis.conditions(image).values().iterator().next()).allMatch(Condition::status);
    }

    @Test
    void rulesThatCannotWorkAreFound() throws IOException {
        assertThat(found(ORDERS, route("""
                parentRefs: [{group: "", kind: Service, name: orders, port: 81}]
                rules:
                - matches: [{path: {value: /a}}, {path: {value: /a/}}]
                  backendRefs: [{name: orders, port: 80, weight: 0}]
                - filters: [{type: ExternalAuth, externalAuth: {}}]
                """)))
                .containsExactlyInAnyOrder(
                        "route-on-opaque-port spec.parentRefs[0]: HTTPRoute shop/r: the port it hangs on is not HTTP,"
                                + " so the route has no effect",
                        "shadowed-match spec.rules[0].matches[1]: HTTPRoute shop/r: never applies: HTTPRoute shop/r"
                                + " spec.rules[0].matches[0] matches the same",
                        "weights-all-zero spec.rules[0].backendRefs: HTTPRoute shop/r: all weights are zero: its"
                                + " requests get 500",
                        "unsupported-filter spec.rules[1].filters[0]: HTTPRoute shop/r: the filter ExternalAuth is"
                                + " not supported here: its requests get 500",
                        "no-backends spec.rules[1]: HTTPRoute shop/r: has no backend: its requests get 500");
    }

    @Test
    void aRuleForSomeCallersShadowsNothingAndHasToBeThere() throws IOException {
        String rules = route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules:
                - {name: theirs, backendRefs: [{name: orders, port: 80}]}
                - {backendRefs: [{name: orders, port: 80}]}
                """);
        String policy = """
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: p, namespace: shop}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: %s}]
                  sources: [{labels: {app: tester}}]
                """;
        assertThat(found(ORDERS, rules, policy.formatted("theirs"))).isEmpty();
        assertThat(found(ORDERS, rules, policy.formatted("thiers")))
                .contains(
                        "dangling-target spec.targetRefs[0].sectionName: TrafficPolicy shop/p: HTTPRoute shop/r has no"
                                + " rule named 'thiers'")
                .anyMatch(finding -> finding.startsWith("shadowed-match spec.rules[1]"));
    }

    @Test
    void headersMatchTheSameInAnyOrderAndCase() throws IOException {
        String rules = route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules:
                - matches: [{headers: [{name: A, value: "1"}, {name: b, value: "2"}]}]
                  backendRefs: [{name: orders, port: 80}]
                - matches: [{headers: [{name: B, value: "2"}, {name: a, value: "1"}]}]
                  backendRefs: [{name: orders, port: 80}]
                """);
        assertThat(found(ORDERS, rules)).anyMatch(finding -> finding.startsWith("shadowed-match spec.rules[1]"));
    }

    @Test
    void anAnswerThatIsNotThereIsNamed() throws IOException {
        String refers = route("""
                parentRefs: [{group: "", kind: Service, name: orders}]
                rules:
                - filters: [{type: ExtensionRef, extensionRef: {group: weft.dev, kind: HTTPRouteFilter, name: closed}}]
                """);
        String answer = """
                apiVersion: weft.dev/v1
                kind: HTTPRouteFilter
                metadata: {name: closed, namespace: %s}
                spec: {directResponse: {statusCode: 503}}
                """;
        assertThat(found(ORDERS, refers, answer.formatted("other")))
                .containsExactly(
                        "dangling-filter spec.rules[0].filters[0]: HTTPRoute shop/r: there is no HTTPRouteFilter"
                                + " shop/closed");
        assertThat(found(ORDERS, refers, answer.formatted("shop"))).isEmpty();
    }

    @Test
    void policiesThatContradictEachOtherAreFound() throws IOException {
        String policy = """
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: %s, namespace: shop}
                spec: {targetRefs: [{name: %s}], loadBalancer: {simple: %s}, timeouts: {connect: 1s}}
                """;
        assertThat(found(
                        ORDERS,
                        policy.formatted("a", "orders", "RANDOM"),
                        policy.formatted("b", "orders", "ROUND_ROBIN"),
                        policy.formatted("c", "nobody", "RANDOM")))
                .containsExactlyInAnyOrder(
                        "policy-conflict spec.loadBalancer: TrafficPolicy shop/b: TrafficPolicy shop/a says something"
                                + " else about Service shop/orders, and counts",
                        "dangling-target spec.targetRefs[0]: TrafficPolicy shop/c: there is no Service shop/nobody");
    }

    @Test
    void servicesAndWorkloadsThatDoNotMeetAreFound() throws IOException {
        assertThat(found("""
                apiVersion: v1
                kind: Service
                metadata: {name: a, namespace: shop}
                spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: 1}, {name: x, port: 81, targetPort: 2}]}
                """, """
                apiVersion: v1
                kind: Service
                metadata: {name: empty, namespace: shop}
                spec: {ports: [{name: grpc, port: 80}]}
                """, """
                apiVersion: v1
                kind: Service
                metadata: {name: b, namespace: shop}
                spec: {selector: {app: a}, ports: [{name: tcp, port: 80, targetPort: 1}]}
                """, """
                apiVersion: weft.dev/v1
                kind: Workload
                metadata: {name: w, namespace: shop, labels: {app: a}}
                spec: {address: 10.0.0.1, ports: [{port: 1}]}
                """, """
                apiVersion: weft.dev/v1
                kind: Workload
                metadata: {name: w2, namespace: shop}
                spec: {address: 10.0.0.1, ports: [{port: 1}], service: typo}
                """))
                .containsExactlyInAnyOrder(
                        "target-port-unknown spec.ports[1].targetPort: Service shop/a: no workload of it serves the"
                                + " target of port 81",
                        "undeclared-protocol spec.ports[1]: Service shop/a: the protocol of port 81 is not declared,"
                                + " so it is detected",
                        "no-endpoints : Service shop/empty: no workload names it",
                        "protocol-clash spec.ports[0]: Service shop/b: port 1 of Workload shop/w has another protocol"
                                + " in Service shop/a",
                        "unknown-service spec.service: Workload shop/w2: there is no Service 'typo' in namespace"
                                + " 'shop'",
                        "address-clash spec.address: Workload shop/w2: port 1 of 10.0.0.1 is also that of Workload"
                                + " shop/w");
    }
}
