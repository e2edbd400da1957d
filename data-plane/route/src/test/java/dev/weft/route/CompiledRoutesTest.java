package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.base.Diagnostic;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteAction.PathRewrite;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.VirtualHost;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompiledRoutesTest {
    private final SplittableRandom random = new SplittableRandom(5);

    private static Route route(String name, PathMatch path, HeaderMatcher... headers) {
        return new Route(
                name,
                RouteMatch.of(path, headers),
                RouteAction.Forward.to(name),
                HeaderMutations.NONE,
                Metadata.NONE,
                "",
                java.util.Map.of());
    }

    private static CompiledRoutes compile(VirtualHost... hosts) {
        return RoutePropertyTest.compile(RouteConfiguration.of("test", hosts));
    }

    private @Nullable String match(CompiledRoutes routes, RequestHead head) {
        CompiledRoute route = routes.match(head, random);
        return route == null ? null : route.route().name();
    }

    @Test
    void domainsAreSearchedExactThenSuffixThenPrefixThenAny() {
        CompiledRoutes routes = compile(
                VirtualHost.of("any", List.of("*"), route("any", new PathMatch.Prefix("/"))),
                VirtualHost.of("prefix", List.of("www.example.*"), route("prefix", new PathMatch.Prefix("/"))),
                VirtualHost.of("suffix", List.of("*.example.com"), route("suffix", new PathMatch.Prefix("/"))),
                VirtualHost.of("longer", List.of("*.b.example.com"), route("longer", new PathMatch.Prefix("/"))),
                VirtualHost.of("exact", List.of("a.example.com"), route("exact", new PathMatch.Prefix("/"))));
        assertThat(match(routes, Heads.get("A.Example.COM", "/"))).isEqualTo("exact");
        assertThat(match(routes, Heads.get("www.example.com", "/"))).isEqualTo("suffix");
        assertThat(match(routes, Heads.get("a.b.example.com", "/"))).isEqualTo("longer");
        assertThat(match(routes, Heads.get("www.example.org", "/"))).isEqualTo("prefix");
        assertThat(match(routes, Heads.get("example.com", "/"))).isEqualTo("any");
        assertThat(match(routes, Heads.get("a.example.com:80", "/")))
                .as("the port is part of the authority")
                .isEqualTo("any");
    }

    @Test
    void portCanBeIgnored() {
        RouteConfiguration config = new RouteConfiguration(
                "test",
                List.of(VirtualHost.of("v", List.of("a", "[::1]"), route("a", new PathMatch.Prefix("/")))),
                HeaderMutations.NONE,
                false,
                true,
                false,
                Metadata.NONE,
                java.util.Map.of());
        CompiledRoutes routes = RoutePropertyTest.compile(config);
        assertThat(match(routes, Heads.get("a:8080", "/"))).isEqualTo("a");
        assertThat(match(routes, Heads.get("[::1]:8080", "/"))).isEqualTo("a");
        assertThat(match(routes, Heads.get("[::1]", "/"))).isEqualTo("a");
        assertThat(match(routes, Heads.get("b:8080", "/"))).isNull();
    }

    @Test
    void firstRouteInOrderWinsWhateverItsKind() {
        CompiledRoutes routes = compile(VirtualHost.of(
                "v",
                List.of("*"),
                route("canary", new PathMatch.Prefix("/api"), HeaderMatcher.of("x-canary", StringMatcher.exact("1"))),
                route("exact", new PathMatch.Exact("/api/v1")),
                route("regex", new PathMatch.Regex("/api/v[0-9]+")),
                route("long", new PathMatch.Prefix("/api/v1/")),
                route("short", new PathMatch.Prefix("/api")),
                route("never", new PathMatch.Exact("/api/v1/x"))));
        assertThat(match(routes, Heads.get("a", "/api/v1"))).isEqualTo("exact");
        assertThat(match(routes, Heads.get("a", "/api/v1?x=1"))).isEqualTo("exact");
        assertThat(match(routes, Heads.get("a", "/api/v1", "X-Canary", "1"))).isEqualTo("canary");
        assertThat(match(routes, Heads.get("a", "/api/v22"))).isEqualTo("regex");
        assertThat(match(routes, Heads.get("a", "/api/v1/x"))).isEqualTo("long");
        assertThat(match(routes, Heads.get("a", "/apis"))).isEqualTo("short");
        assertThat(match(routes, Heads.get("a", "/other"))).isNull();
    }

    @Test
    void weightedClustersGetTheirShares() {
        Route split = Route.of(
                RouteMatch.prefix("/"),
                RouteAction.Forward.to(new ClusterSpecifier.Weighted(List.of(
                        ClusterSpecifier.ClusterWeight.of("v1", 90),
                        ClusterSpecifier.ClusterWeight.of("off", 0),
                        ClusterSpecifier.ClusterWeight.of("v2", 10)))));
        CompiledRoutes routes = compile(VirtualHost.of("v", List.of("*"), split));
        RequestHead head = Heads.get("a", "/");
        int[] counts = new int[3];
        for (int i = 0; i < 1_000_000; i++) {
            counts[routes.match(head, random).choose(head, random).share()]++;
        }
        assertThat(counts[1]).isZero();
        assertThat(counts[2]).isBetween(98_500, 101_500); // five standard deviations
    }

    @Test
    void clusterNamedByAHeader() {
        Route route =
                Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to(new ClusterSpecifier.FromHeader("X-Cluster")));
        CompiledRoute compiled =
                compile(VirtualHost.of("v", List.of("*"), route)).routes().get(0);
        assertThat(compiled.choose(Heads.get("a", "/", "x-cluster", "blue"), random)
                        .cluster())
                .isEqualTo("blue");
        assertThat(compiled.choose(Heads.get("a", "/"), random)).isNull();
    }

    @Test
    void runtimeFractionIsAShareOfRequests() {
        RouteMatch tenth = new RouteMatch(
                new PathMatch.Prefix("/"), true, List.of(), List.of(), new RouteMatch.Fraction(10, 100), false);
        CompiledRoutes routes =
                compile(VirtualHost.of("v", List.of("*"), Route.of(tenth, RouteAction.Forward.to("c"))));
        int matched = 0;
        for (int i = 0; i < 100_000; i++) {
            matched += routes.match(Heads.get("a", "/"), random) == null ? 0 : 1;
        }
        assertThat(matched).isBetween(9_500, 10_500);
    }

    @Test
    void grpcRoutesTakeOnlyGrpc() {
        RouteMatch grpc = new RouteMatch(new PathMatch.Prefix("/"), true, List.of(), List.of(), null, true);
        CompiledRoutes routes = compile(VirtualHost.of("v", List.of("*"), Route.of(grpc, RouteAction.Forward.to("c"))));
        assertThat(routes.match(Heads.get("a", "/", "content-type", "application/grpc"), random))
                .isNotNull();
        assertThat(routes.match(Heads.get("a", "/", "content-type", "application/grpc+proto"), random))
                .isNotNull();
        assertThat(routes.match(Heads.get("a", "/", "content-type", "application/grpc-web"), random))
                .isNull();
        assertThat(routes.match(Heads.get("a", "/"), random)).isNull();
    }

    private CompiledRoute forward(PathMatch path, PathRewrite rewrite) {
        RouteAction.Forward plain = RouteAction.Forward.to("c");
        Route route = Route.of(
                RouteMatch.of(path),
                new RouteAction.Forward(
                        plain.cluster(),
                        503,
                        plain.timeout(),
                        null,
                        rewrite,
                        null,
                        false,
                        null,
                        RouteAction.Priority.DEFAULT,
                        Map.of(),
                        false,
                        RouteAction.MaxStreamDuration.NONE,
                        Metadata.NONE,
                        List.of(),
                        List.of()));
        return compile(VirtualHost.of("v", List.of("*"), route)).routes().get(0);
    }

    private static String rewritten(CompiledRoute route, String target) {
        RequestHead head = Heads.get("a", target);
        route.rewrite(head);
        return head.targetText();
    }

    @Test
    void prefixAndRegexRewritesKeepTheQuery() {
        CompiledRoute prefix = forward(new PathMatch.Prefix("/old/"), new PathRewrite.Prefix("/new/"));
        assertThat(rewritten(prefix, "/old/x?a=/old/")).isEqualTo("/new/x?a=/old/");
        CompiledRoute exact = forward(new PathMatch.Exact("/old"), new PathRewrite.Prefix("/new"));
        assertThat(rewritten(exact, "/old?q")).isEqualTo("/new?q");
        CompiledRoute regex = forward(
                new PathMatch.Prefix("/"), new PathRewrite.Regex("^/service/([^/]+)(/.*)$", "\\2/instance/\\1$"));
        assertThat(rewritten(regex, "/service/foo/v1/api?q")).isEqualTo("/v1/api/instance/foo$?q");
    }

    private String location(
            String scheme, String host, int port, @Nullable PathRewrite path, boolean strip, String to) {
        Route route =
                Route.of(RouteMatch.prefix("/old"), new RouteAction.Redirect(scheme, host, port, path, 301, strip));
        CompiledRoute compiled =
                compile(VirtualHost.of("v", List.of("*"), route)).routes().get(0);
        int slash = to.indexOf('/');
        return compiled.location(Heads.get(to.substring(0, slash), to.substring(slash)), "http");
    }

    @Test
    void redirectsAreBuiltAsEnvoyBuildsThem() {
        assertThat(location("https", "", 0, null, false, "a:80/old?q")).isEqualTo("https://a/old?q");
        assertThat(location("https", "", 0, null, false, "a:8080/old")).isEqualTo("https://a:8080/old");
        assertThat(location("https", "", 8443, null, false, "a:8080/old")).isEqualTo("https://a:8443/old");
        assertThat(location("", "b", 0, null, true, "a/old?q")).isEqualTo("http://b/old");
        assertThat(location("", "", 0, new PathRewrite.Full("/n"), false, "a/old?q"))
                .isEqualTo("http://a/n?q");
        assertThat(location("", "", 0, new PathRewrite.Full("/n?z"), true, "a/old?q"))
                .isEqualTo("http://a/n?z");
        assertThat(location("", "", 0, new PathRewrite.Prefix("/n"), true, "a/old/x?q"))
                .isEqualTo("http://a/n/x");
        assertThat(location("https", "", 0, null, false, "[::1]/old")).isEqualTo("https://[::1]/old");
    }

    @Test
    void allProblemsAreReportedTogether() {
        Parsed<CompiledRoutes> parsed = CompiledRoutes.compile(RouteConfiguration.of(
                "bad",
                VirtualHost.of("one", List.of("a", "*"), route("r", new PathMatch.Regex("("))),
                VirtualHost.of(
                        "two",
                        List.of("A", "*"),
                        route("fine", new PathMatch.Prefix("/")),
                        route("huge", new PathMatch.Regex("(a{50}){50}")))));
        assertThat(parsed).isInstanceOfSatisfying(Parsed.Rejected.class, rejected -> {
            @SuppressWarnings("unchecked")
            List<Diagnostic> diagnostics = rejected.diagnostics();
            assertThat(diagnostics)
                    .extracting(Diagnostic::path)
                    .containsExactlyInAnyOrder(
                            "virtual_hosts[0].routes[0]",
                            "virtual_hosts[1].routes[1]",
                            "virtual_hosts[1].domains[0]",
                            "virtual_hosts[1].domains[1]");
        });
    }

    @Test
    void matchingAmongAThousandRoutesAllocatesNothing() {
        List<Route> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(route("e" + i, new PathMatch.Exact("/service" + i + "/health")));
            many.add(route(
                    "p" + i,
                    new PathMatch.Prefix("/service" + i + "/"),
                    HeaderMatcher.of("x-version", new StringMatcher.Prefix("v", false))));
        }
        many.add(route("last", new PathMatch.Prefix("/")));
        CompiledRoutes routes = compile(VirtualHost.of("v", List.of("*.example.com"), many.toArray(new Route[0])));
        RequestHead hit = Heads.get("shop.example.com", "/service499/x?y", "x-version", "v2");
        RequestHead miss = Heads.get("shop.example.com", "/service499/x?y");
        assertThat(match(routes, hit)).isEqualTo("p499");
        assertThat(match(routes, miss)).isEqualTo("last");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int round = 0; round < 2; round++) { // the first loads and compiles
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50_000; i++) {
                routes.match(hit, random).choose(hit, random);
                routes.match(miss, random);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated / 100_000.0).isLessThan(0.05);
    }
}
