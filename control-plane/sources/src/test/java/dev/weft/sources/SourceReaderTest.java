package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Source;
import dev.weft.meshmodel.TrafficPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sources} of a TrafficPolicy. */
class SourceReaderTest {
    private static final String ROUTE = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}";

    private static ParsedDocument read(String spec) {
        return DocumentReader.read("""
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: p, namespace: shop}
                spec: %s
                """.formatted(spec.replace("ROUTE", ROUTE)));
    }

    @Test
    void aServiceAccountIsOfThePolicysNamespaceUnlessItSaysOtherwise() {
        ParsedDocument document = read(
                "{targetRefs: [ROUTE], sources: [{serviceAccounts: [web, lab/x], namespaces: [a], labels: {l: v}}]}");
        assertThat(document.diagnostics()).isEmpty();
        assertThat(((TrafficPolicy) document.resource()).sources())
                .containsExactly(new Source(List.of("a"), List.of("shop/web", "lab/x"), Map.of("l", "v")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{targetRefs: [ROUTE]} | missing-field spec",
                "{targetRefs: [ROUTE], sources: [{namespaces: ['*']}]} | bad-name spec.sources[0].namespaces[0]",
                "{targetRefs: [ROUTE], sources: [{}]} | missing-field spec.sources[0]",
                "{targetRefs: [ROUTE], sources: [{namespaces: [a], principals: [b]}]} | unknown-field spec.sources[0].principals",
                "{targetRefs: [{name: a}], sources: [{namespaces: [a]}]} | bad-value spec.sources",
                "{targetRefs: [ROUTE], sources: [{namespaces: [a]}], loadBalancer: {simple: RANDOM}} | bad-value spec.loadBalancer",
                "{targetRefs: [{kind: TCPRoute, group: gateway.networking.k8s.io, name: a}]} | bad-value spec.targetRefs[0]"
            })
    void whatCannotBeIsNamed(String spec, String expected) {
        List<Diagnostic> diagnostics = read(spec).diagnostics();
        assertThat(diagnostics).hasSize(1);
        assertThat(diagnostics.getFirst().code() + " " + diagnostics.getFirst().path())
                .isEqualTo(expected);
    }

    @Test
    void aRulesNameIsItsOwn() {
        String rules = "{name: a, backendRefs: [{name: a, port: 80}]}, {name: %s, backendRefs: [{name: a, port: 80}]}";
        for (String kind : List.of("HTTPRoute", "GRPCRoute")) {
            String route = """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: %s
                    metadata: {name: r, namespace: shop}
                    spec: {parentRefs: [{group: "", kind: Service, name: a}], rules: [%s]}
                    """;
            assertThat(DocumentReader.read(route.formatted(kind, rules.formatted("b")))
                            .diagnostics())
                    .isEmpty();
            assertThat(DocumentReader.read(route.formatted(kind, rules.formatted("a")))
                            .diagnostics())
                    .extracting(Diagnostic::path)
                    .containsExactly("spec.rules[1].name");
        }
    }

    @Test
    void routesAndServicesDoNotMix() {
        assertThat(read("{targetRefs: [ROUTE, {name: a}], sources: [{namespaces: [a]}]}")
                        .diagnostics())
                .extracting(Diagnostic::path)
                .containsExactlyInAnyOrder("spec.targetRefs", "spec.sources");
    }
}
