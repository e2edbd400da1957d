package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRouteFilter;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of rules, and how rules name them. */
class HttpRouteFilterReaderTest {
    private static ParsedDocument read(String spec) {
        return DocumentReader.read("""
                apiVersion: weft.dev/v1
                kind: HTTPRouteFilter
                metadata: {name: f, namespace: shop}
                spec: %s
                """.formatted(spec));
    }

    private static ParsedDocument route(String rule) {
        return DocumentReader.read("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: a}]
                  rules: [%s]
                """.formatted(rule));
    }

    private static String only(ParsedDocument document) {
        assertThat(document.diagnostics()).hasSize(1);
        Diagnostic first = document.diagnostics().getFirst();
        return first.code() + " " + first.path();
    }

    @Test
    void anAnswerIsRead() {
        ParsedDocument document = read("{directResponse: {statusCode: 503, contentType: a/b, body: x}}");
        assertThat(document.diagnostics()).isEmpty();
        assertThat(document.resource())
                .isEqualTo(new HttpRouteFilter(
                        new ResourceKey(Kind.HTTP_ROUTE_FILTER, "shop", "f"),
                        new HttpRouteFilter.DirectResponse(503, "a/b", "x")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | missing-field spec",
                "{directResponse: {}} | missing-field spec.directResponse",
                "{directResponse: {statusCode: 100}} | out-of-range spec.directResponse.statusCode",
                "{directResponse: {statusCode: 200, headers: {}}} | unknown-field spec.directResponse.headers",
                "{directResponse: {statusCode: 200, contentType: \"a\\nb\"}} | bad-value spec.directResponse.contentType"
            })
    void whatCannotBeIsNamed(String spec, String expected) {
        assertThat(only(read(spec))).isEqualTo(expected);
    }

    @Test
    void aBodyIsLimitedInBytes() {
        assertThat(read("{directResponse: {statusCode: 200, body: " + "ä".repeat(2048) + "}}")
                        .diagnostics())
                .isEmpty();
        assertThat(only(read("{directResponse: {statusCode: 200, body: " + "ä".repeat(2048) + "x}}")))
                .isEqualTo("out-of-range spec.directResponse.body");
    }

    @Test
    void aRuleNamesItAndHasNoBackends() {
        String filter =
                "filters: [{type: ExtensionRef, extensionRef: {group: weft.dev, kind: HTTPRouteFilter, name: f}}]";
        HttpRoute read = (HttpRoute) route("{" + filter + "}").resource();
        assertThat(read.rules().getFirst().filters())
                .containsExactly(new RouteFilter.Extension(new ResourceKey(Kind.HTTP_ROUTE_FILTER, "shop", "f")));
        assertThat(only(route("{" + filter + ", backendRefs: [{name: a, port: 80}]}")))
                .isEqualTo("bad-value spec.rules[0].backendRefs");
    }

    @Test
    void anExtensionOfSomebodyElseIsNotSupported() {
        HttpRoute read =
                (HttpRoute) route("{filters: [{type: ExtensionRef, extensionRef: {group: x.test, kind: F, name: f}}]}")
                        .resource();
        assertThat(read.rules().getFirst().filters())
                .containsExactly(new RouteFilter.Unsupported("ExtensionRef to x.test/F"));
    }
}
