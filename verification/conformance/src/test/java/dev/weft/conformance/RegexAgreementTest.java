package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Json;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.sources.ConfigDirectory;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control plane takes exactly the regular expressions that the proxy compiles: one that it let through and a proxy did
 * not would stop every later change of routes there.
 */
class RegexAgreementTest {
    private static final int SEED = 20260;
    private static final int EXPRESSIONS = 1500;

    /** What expressions are made of, in RE2's dialect and others. */
    private static final List<String> PARTS = List.of(
            "a",
            "/",
            ".",
            "*",
            "+",
            "?",
            "*+",
            "+?",
            "{2}",
            "{2,}",
            "{600}",
            "{1001}",
            "(",
            ")",
            "(?:",
            "(?i)",
            "(?x)",
            "(?P<n>",
            "(?<n>",
            "(?=",
            "(?!",
            "(?>",
            "[a-z]",
            "[^",
            "]",
            "[[:alpha:]]",
            "[a&&b]",
            "\\d",
            "\\R",
            "\\h",
            "\\Z",
            "\\z",
            "\\A",
            "\\b",
            "\\1",
            "\\Q",
            "\\E",
            "\\x41",
            "\\u0041",
            "\\p{L}",
            "\\p{Greek}",
            "\\p{javaLowerCase}",
            "\\pN",
            "\\",
            "|",
            "^",
            "$",
            "é");

    @TempDir
    Path folder;

    @Test
    void theControlPlaneTakesWhatTheProxyCompilesAndNothingElse() throws IOException {
        Set<String> expressions = new LinkedHashSet<>(List.of(
                "/a{1001}", "/\\R", "/\\h", "/a\\Z", "/(?x)a", "/\\p{javaLowerCase}", "(?P<n>x)", "/v[0-9]+/.*", ""));
        SplittableRandom random = new SplittableRandom(SEED);
        while (expressions.size() < EXPRESSIONS) {
            StringBuilder one = new StringBuilder();
            for (int i = random.nextInt(1, 7); i > 0; i--) {
                one.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            expressions.add(one.toString());
        }
        Set<String> taken = takenByTheControlPlane(List.copyOf(expressions));
        Set<String> compiled = expressions.stream()
                .filter(expression -> !expression.isEmpty() && isCompiledByTheProxy(expression))
                .collect(Collectors.toSet());
        assertThat(taken).isEqualTo(compiled);
        assertThat(taken).contains("(?P<n>x)", "/v[0-9]+/.*").hasSizeBetween(EXPRESSIONS / 10, EXPRESSIONS / 2);
    }

    private Set<String> takenByTheControlPlane(List<String> expressions) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < expressions.size(); i++) {
            text.append("""
                    ---
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: r%d}
                    spec:
                      parentRefs: [{group: "", kind: Service, name: a}]
                      rules: [{matches: [{path: {type: RegularExpression, value: %s}}], backendRefs: [{name: a, port: 80}]}]
                    """.formatted(i, Json.write(expressions.get(i))));
        }
        Files.writeString(folder.resolve("routes.yaml"), text);
        List<String> taken = new ArrayList<>();
        for (MeshRoute loaded : ConfigDirectory.load(folder).image().routes()) {
            HttpRoute route = (HttpRoute) loaded;
            taken.add(route.rules().getFirst().matches().getFirst().path().value());
        }
        return Set.copyOf(taken);
    }

    private static boolean isCompiledByTheProxy(String expression) {
        Route route = new Route(
                "r",
                RouteMatch.of(new PathMatch.Regex(expression)),
                RouteAction.Forward.to("a"),
                HeaderMutations.NONE,
                Metadata.NONE,
                "",
                java.util.Map.of());
        return CompiledRoutes.compile(RouteConfiguration.of("test", VirtualHost.of("any", List.of("*"), route)))
                instanceof Parsed.Ok;
    }
}
