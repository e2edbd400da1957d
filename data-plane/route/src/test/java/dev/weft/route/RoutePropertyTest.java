package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A million pairs of configurations and requests against the naive oracle. */
class RoutePropertyTest {
    private static final int CONFIGURATIONS = 5_000;
    private static final int REQUESTS = 200;
    private static final int PAIRS = CONFIGURATIONS * REQUESTS;

    private final Random random = new Random(2026);
    private final RandomRoutes routes = new RandomRoutes(random);
    private final Map<Class<? extends PathMatch>, Integer> taken = new HashMap<>();
    private int matched;
    private int nearMisses;

    @Test
    void agreesWithTheNaiveEvaluator() {
        for (int c = 0; c < CONFIGURATIONS; c++) {
            RouteConfiguration config = routes.configuration();
            CompiledRoutes compiled = compile(config);
            for (int r = 0; r < REQUESTS; r++) {
                NaiveRouter.Request request = routes.request();
                Route expected = NaiveRouter.match(config, request);
                CompiledRoute found = compiled.match(head(request), random);
                Route actual = found == null ? null : found.route();
                if (actual != expected) {
                    throw new AssertionError(request + "\nwants " + expected + "\ngot " + actual + "\nof " + config);
                }
                count(config, request, expected);
            }
        }
        // The generator must hit, and nearly hit: a test that never matches proves nothing.
        assertThat(matched).isBetween(PAIRS / 4, PAIRS * 3 / 4);
        assertThat(nearMisses).isGreaterThan(PAIRS / 5);
        assertThat(taken).hasSize(PathMatch.class.getPermittedSubclasses().length);
        assertThat(taken.values()).allMatch(times -> times > PAIRS / 500);
    }

    private void count(RouteConfiguration config, NaiveRouter.Request request, @Nullable Route expected) {
        VirtualHost host = NaiveRouter.host(config, request);
        if (expected != null) {
            matched++;
            taken.merge(expected.match().path().getClass(), 1, Integer::sum);
        }
        String path = NaiveRouter.path(config, request);
        for (Route route : host == null ? List.<Route>of() : host.routes()) {
            if (route == expected) {
                break;
            }
            if (NaiveRouter.takesPath(route.match(), request, path)) {
                nearMisses++; // other conditions said no
                break;
            }
        }
    }

    static RequestHead head(NaiveRouter.Request request) {
        List<String> fields = new ArrayList<>();
        request.fields().forEach(f -> Collections.addAll(fields, f.getKey(), f.getValue()));
        return Heads.request(request.method(), request.authority(), request.target(), fields.toArray(new String[0]));
    }

    static CompiledRoutes compile(RouteConfiguration config) {
        Parsed<CompiledRoutes> parsed = CompiledRoutes.compile(config);
        assertThat(parsed).isInstanceOf(Parsed.Ok.class);
        return ((Parsed.Ok<CompiledRoutes>) parsed).value();
    }
}
