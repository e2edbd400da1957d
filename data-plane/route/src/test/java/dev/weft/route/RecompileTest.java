package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A table made after another one takes over what did not change, and matches as if it had not. */
class RecompileTest {
    private static Route route(String prefix, String cluster) {
        return Route.of(RouteMatch.prefix(prefix), RouteAction.Forward.to(cluster));
    }

    private static CompiledRoutes compile(CompiledRoutes before, VirtualHost... hosts) {
        return ((Parsed.Ok<CompiledRoutes>) CompiledRoutes.compile(RouteConfiguration.of("r", hosts), before)).value();
    }

    private static CompiledRoutes table() {
        return compile(
                null,
                VirtualHost.of("a", List.of("a"), route("/x", "1"), route("/y", "2"), route("/", "3")),
                VirtualHost.of("b", List.of("b"), route("/", "4")));
    }

    @Test
    void aChangedRouteIsTheOnlyNewOne() {
        CompiledRoutes before = table();
        CompiledRoutes now = compile(
                before,
                VirtualHost.of("a", List.of("a"), route("/x", "1"), route("/y", "changed"), route("/", "3")),
                VirtualHost.of("b", List.of("b"), route("/", "4")));
        assertThat(now.routes()).hasSize(4);
        for (int i = 0; i < 4; i++) {
            if (i != 1) {
                assertThat(now.routes().get(i)).isSameAs(before.routes().get(i));
            }
        }
        assertThat(now.routes().get(1).choices().getFirst().cluster()).isEqualTo("changed");
        assertThat(now.routes().get(1).ordinal()).isEqualTo(1); // nobody has it any more
    }

    @Test
    void whatIsSaidOfAHostChangesItsRoutesAndNoOthers() {
        CompiledRoutes before = table();
        VirtualHost a = VirtualHost.of("a", List.of("a"), route("/x", "1"), route("/y", "2"), route("/", "3"));
        VirtualHost strict = new VirtualHost(
                a.name(),
                a.domains(),
                a.routes(),
                VirtualHost.RequireTls.ALL,
                HeaderMutations.NONE,
                false,
                false,
                null,
                a.metadata(),
                Map.of());
        CompiledRoutes now = compile(before, VirtualHost.of("b", List.of("b"), route("/", "4")), strict);
        assertThat(now.routes().getFirst()).isSameAs(before.routes().getLast());
        assertThat(now.routes().subList(1, 4)).doesNotContainAnyElementsOf(before.routes());
        assertThat(now.routes().getLast().host().requireTls()).isEqualTo(VirtualHost.RequireTls.ALL);
    }

    @Test
    void aRouteThatIsThereTwiceStaysAsOftenAsItIsThere() {
        CompiledRoutes before = compile(null, VirtualHost.of("a", List.of("a"), route("/", "1"), route("/", "1")));
        CompiledRoutes now =
                compile(before, VirtualHost.of("a", List.of("a"), route("/", "1"), route("/", "1"), route("/", "1")));
        assertThat(now.routes().subList(0, 2)).isEqualTo(before.routes());
        assertThat(now.routes()).doesNotHaveDuplicates();
        assertThat(now.routes().stream().map(CompiledRoute::ordinal)).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void aStayingRouteDoesNotKeepThoseThatGo() {
        assertThat(table().routes().getFirst().host().routes()).isEmpty();
    }

    /** Random changes, one after the other: no two routes have a number, and all are found as in a table of their own. */
    @Test
    void aLongHistoryLeavesNoTrace() {
        Random random = new Random(11);
        RandomRoutes routes = new RandomRoutes(random);
        RouteConfiguration config = routes.configuration();
        CompiledRoutes compiled = null;
        int kept = 0;
        int most = 0;
        for (int step = 0; step < 500; step++) {
            CompiledRoutes before = compiled;
            compiled = ((Parsed.Ok<CompiledRoutes>) CompiledRoutes.compile(config, before)).value();
            List<CompiledRoute> all = compiled.routes();
            assertThat(all.stream().map(CompiledRoute::ordinal).distinct()).hasSize(all.size());
            most = Math.max(most, all.size());
            assertThat(compiled.ordinals()).isLessThanOrEqualTo(most * 2); // numbers of what has gone are given anew
            kept += before == null
                    ? 0
                    : (int) all.stream().filter(before.routes()::contains).count();
            for (int i = 0; i < 50; i++) {
                NaiveRouter.Request request = routes.request();
                CompiledRoute found = compiled.match(RoutePropertyTest.head(request), random);
                assertThat(found == null ? null : found.route()).isEqualTo(NaiveRouter.match(config, request));
            }
            config = changed(config, routes.configuration(), random);
        }
        assertThat(kept).isGreaterThan(2_000);
    }

    /** One host replaced, or one route of one host replaced, removed or moved to the front. */
    private static RouteConfiguration changed(RouteConfiguration config, RouteConfiguration other, Random random) {
        if (random.nextInt(20) == 0) {
            return other;
        }
        List<VirtualHost> hosts = new ArrayList<>(config.virtualHosts());
        int h = random.nextInt(hosts.size());
        VirtualHost host = hosts.get(h);
        List<Route> routes = new ArrayList<>(host.routes());
        List<Route> others = other.virtualHosts().getFirst().routes();
        if (!routes.isEmpty()) {
            Route moved = routes.remove(random.nextInt(routes.size()));
            if (random.nextBoolean()) {
                routes.addFirst(random.nextBoolean() || others.isEmpty() ? moved : others.getFirst());
            }
        }
        hosts.set(h, VirtualHost.of(host.name(), host.domains(), routes.toArray(Route[]::new)));
        return new RouteConfiguration(
                config.name(),
                hosts,
                config.headers(),
                false,
                config.ignorePortInHostMatching(),
                config.ignorePathParametersInPathMatching(),
                config.metadata(),
                config.filters());
    }
}
