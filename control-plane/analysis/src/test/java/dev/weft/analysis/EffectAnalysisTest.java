package dev.weft.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.sources.ConfigDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, valid, and for nothing. */
class EffectAnalysisTest {
    private static final String MESH = """
            apiVersion: v1
            kind: Service
            metadata: {name: a, namespace: shop}
            spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-db, port: 81, targetPort: 8081}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: b, namespace: shop}
            spec: {selector: {app: b}, ports: [{name: http, port: 80, targetPort: 8080}]}
            ---
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: a-1, namespace: shop, labels: {app: a}}
            spec: {address: 10.0.0.1, ports: [{port: 8080}]}
            """;

    private static final String B = """
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: b-1, namespace: shop, labels: {app: b}}
            spec: {address: 10.0.0.2, ports: [{port: 8080}]}
            """;

    @TempDir
    Path directory;

    /** Findings of the codes this is about. */
    private List<String> found(String... documents) throws IOException {
        Files.writeString(directory.resolve("mesh.yaml"), MESH + "---\n" + String.join("---\n", documents));
        ConfigDirectory.Loaded loaded = ConfigDirectory.load(directory);
        assertThat(loaded.diagnostics()).noneMatch(Diagnostic::isError);
        return Analysis.analyze(loaded.image()).stream()
                .filter(d -> List.of(
                                "ineffective-policy", "unreachable-backend", "route-without-callers", "policy-conflict")
                        .contains(d.code()))
                .map(d -> d.code() + " " + d.path() + ": " + d.problem() + "; " + d.hint())
                .toList();
    }

    private static String route(String namespace, String rules) {
        return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: %s}\nspec:\n  parentRefs: [{group: '', kind: Service, name: a, namespace: shop}]\n  rules: %s\n"
                .formatted(namespace, rules);
    }

    @Test
    void aShareOfNobodysIsTold() throws IOException {
        String split =
                route("shop", "[{backendRefs: [{name: a, port: 80, weight: 9}, {name: b, port: 80, weight: 1}]}]");
        assertThat(found(split))
                .containsExactly(
                        "unreachable-backend spec.rules[0].backendRefs[1]: HTTPRoute shop/r: no workload is behind"
                                + " it: 1 of 10 requests get 503; start it before it gets a share");
        assertThat(found(split, B)).isEmpty();
        assertThat(found(split.replace("weight: 1}", "weight: 0}"))).isEmpty();
    }

    /** Its instances will register themselves. */
    @Test
    void aServiceWithoutWorkloadsByItselfIsNotUnreachable() throws IOException {
        assertThat(found(route("shop", "[{backendRefs: [{name: b, port: 80}]}]")))
                .isEmpty();
    }

    @Test
    void aPortThatNoWorkloadServesIsUnreachable() throws IOException {
        assertThat(found(route("shop", "[{backendRefs: [{name: a, port: 81}]}]")
                        .replace("HTTPRoute", "TCPRoute")
                        .replace("v1\nkind: TCP", "v1alpha2\nkind: TCP")))
                .containsExactly(
                        "unreachable-backend spec.rules[0].backendRefs[0]: TCPRoute shop/r: none of its workloads"
                                + " serves port 81: 1 of 1 requests get 503; name a port that its workloads serve");
    }

    @Test
    void aConsumersRouteWithoutConsumersIsTold() throws IOException {
        String route = route("abroad", "[{backendRefs: [{name: a, namespace: shop, port: 80}]}]");
        assertThat(found(route))
                .containsExactly("route-without-callers spec.parentRefs[0]: HTTPRoute abroad/r: it is for callers in"
                        + " namespace 'abroad', where there is no workload; a route for all callers belongs into the"
                        + " Service's namespace");
        assertThat(found(route, B.replace("namespace: shop", "namespace: abroad")))
                .isEmpty();
    }

    private static String policy(String name, String spec) {
        return "apiVersion: weft.dev/v1\nkind: TrafficPolicy\nmetadata: {name: %s, namespace: shop}\nspec: %s\n"
                .formatted(name, spec);
    }

    @Test
    void aPolicyThatRepeatsOthersIsTold() throws IOException {
        String first = policy("p", "{targetRefs: [{name: a}], timeouts: {connect: 1s, idle: 1m}}");
        assertThat(found(first, policy("q", "{targetRefs: [{name: a}], timeouts: {connect: 1s}}")))
                .containsExactly(
                        "ineffective-policy spec: TrafficPolicy shop/q: TrafficPolicy shop/p says all of it already;"
                                + " remove one of them");
        assertThat(found(first, policy("q", "{targetRefs: [{name: a}, {name: b}], timeouts: {connect: 1s}}")))
                .isEmpty();
        assertThat(found(first, policy("q", "{targetRefs: [{name: a}], timeouts: {connect: 2s}}")))
                .hasSize(1)
                .allMatch(finding -> finding.startsWith("policy-conflict"));
    }

    @Test
    void aPolicyThatWantsHttpOfConnectionsIsTold() throws IOException {
        String spec = "{targetRefs: [{name: a%s}], loadBalancer: {consistentHash: {%s}}, timeouts: {request: 1s}}";
        assertThat(found(policy("p", spec.formatted(", sectionName: tcp-db", "httpHeaderName: x-user"))))
                .containsExactly(
                        "ineffective-policy spec.loadBalancer.consistentHash: TrafficPolicy shop/p: what it goes by is only"
                                + " in HTTP requests, and no port it is for carries them; use useSourceIp",
                        "ineffective-policy spec.timeouts.request: TrafficPolicy shop/p: no port it is for carries HTTP"
                                + " requests; timeouts.idle is for connections, too");
        assertThat(found(policy("p", spec.formatted(", sectionName: tcp-db", "useSourceIp: true"))))
                .hasSize(1)
                .allMatch(finding -> finding.contains("spec.timeouts.request"));
        assertThat(found(policy("p", spec.formatted("", "httpHeaderName: x-user"))))
                .isEmpty();
    }

    private static String fault(String name, String spec) {
        return "apiVersion: weft.dev/v1\nkind: FaultPolicy\nmetadata: {name: %s, namespace: shop}\nspec: %s\n"
                .formatted(name, spec);
    }

    @Test
    void faultsThatNeverHappenAreTold() throws IOException {
        String on = "{targetRefs: [{name: a}], abort: {httpStatus: 503}}";
        assertThat(found(fault("f", on))).isEmpty();
        assertThat(found(fault("f", on.replace("503", "503, percentage: 0"))))
                .containsExactly(
                        "ineffective-policy spec: FaultPolicy shop/f: its percentages are zero; it makes no fault");
        assertThat(found(fault("f", on), fault("g", on)))
                .containsExactly(
                        "ineffective-policy spec: FaultPolicy shop/g: other FaultPolicies come first by name and have"
                                + " its targets; it makes no fault");
        assertThat(found(fault("f", on.replace("name: a", "name: a, sectionName: tcp-db"))))
                .containsExactly(
                        "ineffective-policy spec: FaultPolicy shop/f: no port it is for carries HTTP requests; it"
                                + " makes no fault");
    }
}
