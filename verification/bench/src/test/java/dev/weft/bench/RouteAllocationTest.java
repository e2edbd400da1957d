package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.http.RequestHead;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.xdsmodel.Parsed;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every request is matched: it must leave no garbage, whatever the routes look like. What it costs says RouteBenchmark. */
class RouteAllocationTest {
    private static final int ROUTES = 1_000;
    private static final int ROUNDS = 100;

    private final SplittableRandom random = new SplittableRandom(1);

    @ParameterizedTest
    @EnumSource
    void aMatchAllocatesNothingAndFindsItsRoute(RouteShape shape) {
        CompiledRoutes routes =
                ((Parsed.Ok<CompiledRoutes>) CompiledRoutes.compile(shape.configuration(ROUTES))).value();
        RequestHead[] heads = new RequestHead[ROUTES + 1];
        for (int i = 0; i <= ROUTES; i++) {
            heads[i] = shape.request(i, ROUTES);
            CompiledRoute found = routes.match(heads[i], random);
            assertThat(found).isSameAs(i == ROUTES ? null : routes.routes().get(i));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(routes, heads); // classes loaded, code compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        run(routes, heads);
        double each = (threads.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS / heads.length;
        assertThat(each).isLessThan(0.1); // what the JVM itself may allocate meanwhile
    }

    private void run(CompiledRoutes routes, RequestHead[] heads) {
        int found = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (RequestHead head : heads) {
                found += routes.match(head, random) == null ? 0 : 1;
            }
        }
        assertThat(found).isEqualTo(ROUNDS * ROUTES);
    }
}
