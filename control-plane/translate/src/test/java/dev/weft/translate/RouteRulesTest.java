package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.sources.ConfigDirectory;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteRulesTest {
    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: a, namespace: shop}
            spec: {ports: [{name: http, port: 80}, {name: http-alt, port: 81}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: b, namespace: shop}
            spec: {ports: [{name: http, port: 80}]}
            """;

    @TempDir
    Path directory;

    private List<Route> routes(int port, String caller, String... specs) throws IOException {
        StringBuilder yaml = new StringBuilder(SERVICES);
        for (int i = 0; i < specs.length; i++) {
            yaml.append("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r")
                    .append(i)
                    .append(", namespace: shop}\nspec:\n  parentRefs: [{group: \"\", kind: Service, name: a}]\n")
                    .append(specs[i].indent(2));
        }
        Files.writeString(directory.resolve("mesh.yaml"), yaml);
        ConfigDirectory.Loaded loaded = ConfigDirectory.load(directory);
        assertThat(loaded.diagnostics()).noneMatch(Diagnostic::isError);
        MeshImage image = loaded.image();
        Service service = image.service(ResourceKey.service("shop", "a"));
        return RouteRules.of(image, service, service.port(port), new Callers(caller, List.of()));
    }

    @Test
    void precedenceIsThatOfGatewayApi() throws IOException {
        List<Route> routes = routes(80, "shop", """
                rules:
                - {name: catchall, backendRefs: [{name: a, port: 80}]}
                - {name: long, matches: [{path: {value: /long/prefix}}], backendRefs: [{name: a, port: 80}]}
                - {name: regex, matches: [{path: {type: RegularExpression, value: "/.*"}}], backendRefs: [{name: a, port: 80}]}
                - {name: exact, matches: [{path: {type: Exact, value: /e}}], backendRefs: [{name: a, port: 80}]}
                """, """
                rules:
                - {name: headers2, matches: [{headers: [{name: x, value: "1"}, {name: y, value: "1"}]}], backendRefs: [{name: a, port: 80}]}
                - {name: method, matches: [{method: GET}], backendRefs: [{name: a, port: 80}]}
                - {name: query, matches: [{queryParams: [{name: q, value: "1"}]}], backendRefs: [{name: a, port: 80}]}
                - {name: late, matches: [{path: {value: /}}], backendRefs: [{name: a, port: 80}]}
                - {name: longer-exact, matches: [{path: {type: Exact, value: /exact}}], backendRefs: [{name: a, port: 80}]}
                """);
        assertThat(routes)
                .extracting(Route::getName)
                .containsExactly(
                        "shop/r1/longer-exact",
                        "shop/r0/exact",
                        "shop/r0/regex",
                        "shop/r0/long",
                        "shop/r1/method",
                        "shop/r1/headers2",
                        "shop/r1/query",
                        "shop/r0/catchall",
                        "shop/r1/late");
    }

    @Test
    void prefixEndsAtAPathElement() throws IOException {
        List<Route> routes = routes(80, "shop", """
                rules: [{matches: [{path: {value: /a/b/}}, {path: {value: /}}], backendRefs: [{name: a, port: 80}]}]
                """);
        assertThat(routes.get(0).getMatch().getPathSeparatedPrefix()).isEqualTo("/a/b");
        assertThat(routes.get(1).getMatch().getPrefix()).isEqualTo("/");
    }

    @Test
    void invalidBackendKeepsItsShareAsErrors() throws IOException {
        RouteAction action = routes(80, "shop", """
                rules: [{backendRefs: [{name: a, port: 80, weight: 8}, {name: x, port: 80, weight: 1}, {name: b, port: 99, weight: 2}, {name: b, port: 80, weight: 0}]}]
                """).getFirst().getRoute();
        assertThat(action.getWeightedClusters().getClustersList())
                .extracting(
                        WeightedCluster.ClusterWeight::getName,
                        c -> c.getWeight().getValue())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("outbound|80||a.shop.svc.cluster.local", 8),
                        org.assertj.core.groups.Tuple.tuple("invalid-backend", 3));
        assertThat(action.getClusterNotFoundResponseCode())
                .isEqualTo(RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR);
    }

    @Test
    void ruleWithoutValidBackendAnswers500() throws IOException {
        for (String rules : List.of(
                "rules: [{matches: [{path: {value: /}}]}]",
                "rules: [{backendRefs: [{name: a, port: 80, weight: 0}]}]",
                "rules: [{backendRefs: [{name: x, port: 80}]}]",
                "rules: [{backendRefs: [{name: a, port: 80}], filters: [{type: ExternalAuth, externalAuth: {}}]}]",
                "hostnames: []")) {
            assertThat(routes(80, "shop", rules).getFirst().getDirectResponse().getStatus())
                    .as(rules)
                    .isEqualTo(500);
        }
    }

    @Test
    void timeoutsMeanWhatEnvoysMean() throws IOException {
        assertThat(timeout("")).isZero();
        assertThat(timeout("timeouts: {request: 5s}")).isEqualTo(5);
        assertThat(timeout("timeouts: {request: 5s, backendRequest: 2s}")).isEqualTo(2);
        assertThat(timeout("timeouts: {request: 0s, backendRequest: 2s}")).isEqualTo(2);
        assertThat(timeout("timeouts: {request: 0s}")).isZero();
        assertThat(hinted("")).isTrue();
        assertThat(hinted("timeouts: {request: 0s}")).isFalse();
    }

    private Route one(String more) throws IOException {
        return routes(80, "shop", "rules:\n- backendRefs: [{name: a, port: 80}]\n" + more.indent(2))
                .getFirst();
    }

    private long timeout(String more) throws IOException {
        return one(more).getRoute().getTimeout().getSeconds();
    }

    private boolean hinted(String more) throws IOException {
        return one(more).getMetadata().containsFilterMetadata("weft");
    }

    @Test
    void routeOfOnePortLeavesTheOthersAlone() throws IOException {
        String spec = "rules: [{backendRefs: [{name: b, port: 80}]}]";
        assertThat(routes(81, "shop", spec)).extracting(Route::getName).containsExactly("shop/r0/0");
        Files.delete(directory.resolve("mesh.yaml"));
        // the later parentRefs replace those the helper wrote: write the document by hand
        Files.writeString(directory.resolve("mesh.yaml"), SERVICES + """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: a, port: 80}]
                  rules: [{backendRefs: [{name: b, port: 80}]}]
                """);
        MeshImage image = ConfigDirectory.load(directory).image();
        Service a = image.service(ResourceKey.service("shop", "a"));
        assertThat(RouteRules.of(image, a, a.port(81), new Callers("shop", List.of())))
                .extracting(Route::getName)
                .containsExactly("default");
        assertThat(RouteRules.of(image, a, a.port(80), new Callers("shop", List.of())))
                .extracting(Route::getName)
                .containsExactly("shop/r/0");
    }
}
