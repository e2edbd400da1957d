package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.HttpFilter;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.HttpFilterOverride;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An update of routes makes anew what changed, and nothing else. */
@Timeout(30)
class RouteReuseTest {
    private static Route route(String prefix, String cluster, String filter) {
        Fault fault = new Fault(null, null, filter, List.of(), List.of(), 1);
        return new Route(
                "",
                RouteMatch.prefix(prefix),
                RouteAction.Forward.to(cluster),
                HeaderMutations.NONE,
                Metadata.NONE,
                "",
                Map.of("a", new HttpFilterOverride(false, fault)));
    }

    private static RouteConfiguration routes(boolean headersTurned, VirtualHost... hosts) {
        return new RouteConfiguration(
                "routes", List.of(hosts), HeaderMutations.NONE, headersTurned, false, false, Metadata.NONE, Map.of());
    }

    private static RouteTable table(RouteConfiguration config, @Nullable RouteTable before) {
        CompiledRoutes compiled = ((Parsed.Ok<CompiledRoutes>)
                        CompiledRoutes.compile(config, before == null ? null : before.routes()))
                .value();
        return new RouteTable(compiled, before);
    }

    private static List<RoutePlan> plans(RouteTable table) {
        List<RoutePlan> inOrder = new ArrayList<>();
        for (CompiledRoute route : table.routes().routes()) {
            table.plans().stream().filter(plan -> plan.compiled() == route).forEach(inOrder::add);
        }
        return inOrder;
    }

    @Test
    void plansOfRoutesThatStayAreTheSameObjects() {
        RouteTable before = table(
                routes(false, VirtualHost.of("h", List.of("*"), route("/x", "x", "1"), route("/y", "y", "1"))), null);
        RouteTable now = table(
                routes(false, VirtualHost.of("h", List.of("*"), route("/x", "changed", "1"), route("/y", "y", "1"))),
                before);
        assertThat(plans(now)).hasSize(2).doesNotContain(plans(before).getFirst());
        assertThat(plans(now).get(1)).isSameAs(plans(before).get(1));
    }

    @Test
    void whatIsSaidOfAllRoutesMakesAllPlansAnew() {
        VirtualHost host = VirtualHost.of("h", List.of("*"), route("/x", "x", "1"), route("/y", "y", "1"));
        RouteTable before = table(routes(false, host), null);
        RouteTable now = table(routes(true, host), before);
        assertThat(now.routes().routes()).isEqualTo(before.routes().routes());
        assertThat(plans(now)).hasSize(2).doesNotContainAnyElementsOf(plans(before));
    }

    /** Over RDS, with requests: the filters of routes that stay stay, and every route goes to its cluster of now. */
    @Test
    void anUpdateMakesTheFiltersOfItsRoutesOnly() throws IOException {
        List<String> made = new CopyOnWriteArrayList<>();
        HttpFilterFactory factory = new HttpFilterFactory() {
            @Override
            public void check(HttpFilterConfig config) {}

            @Override
            public @Nullable HttpFilter create(
                    HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
                overrides.forEach(override -> made.add(((Fault) override).upstreamCluster()));
                return null;
            }
        };
        HttpConnectionManager manager = TestProxy.filters(
                HttpConnectionManager.of("test", new RouteSource.Rds("routes")),
                new HttpFilterEntry("a", false, new Fault(null, null, "", List.of(), List.of(), 1)),
                HttpFilterEntry.ROUTER);
        try (Backend one = Backend.answering("one");
                Backend two = Backend.answering("two");
                TestProxy proxy = new TestProxy(factory)) {
            proxy.cluster("x", one.port());
            proxy.cluster("y", one.port());
            proxy.routes.put("routes", routes(false, host(route("/x", "x", "1"), route("/y", "y", "2"))));
            proxy.listener("http", FilterChain.of(manager)).apply();
            assertThat(made).containsExactlyInAnyOrder("1", "2");
            try (Client client = proxy.client()) {
                assertThat(get(client, "/y")).endsWith("one");
                proxy.cluster("y", two.port()); // the route stays, where it leads to does not
                proxy.routes.put("routes", routes(false, host(route("/x", "y", "3"), route("/y", "y", "2"))));
                proxy.apply();
                assertThat(made).containsExactlyInAnyOrder("1", "2", "3");
                assertThat(get(client, "/y")).endsWith("two");
                assertThat(get(client, "/x")).endsWith("two");
                proxy.clusters.remove("y");
                proxy.apply();
                assertThat(get(client, "/y")).startsWith("HTTP/1.1 503");
            }
        }
    }

    private static VirtualHost host(Route... routes) {
        return VirtualHost.of("h", List.of("*"), routes);
    }

    private static String get(Client client, String path) throws IOException {
        return client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").response();
    }
}
