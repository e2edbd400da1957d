package dev.weft.bench;

import dev.weft.http.RequestHead;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.xdsmodel.Parsed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** {@code weft bench --routes}: what it costs to find a request's route among those of one host. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 8, time = 1) // the compiler has to wait for its turn on a busy machine
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RouteBenchmark {
    private static final int REQUESTS = 1 << 10; // in turns, so that neither a cache nor a branch remembers the last

    @Param({"1000", "10000"})
    public int routes = 1000;

    @Param
    public RouteShape shape = RouteShape.EXACT;

    /** Which request: of any route, of the last one, or of none. */
    @Param({"any", "last", "none"})
    public String asked = "any";

    private final SplittableRandom random = new SplittableRandom(1);
    private RequestHead[] heads = {};
    private @Nullable CompiledRoutes compiled;
    private int turn;

    @Setup
    public void setUp() {
        Parsed<CompiledRoutes> parsed = CompiledRoutes.compile(shape.configuration(routes));
        compiled = ((Parsed.Ok<CompiledRoutes>) parsed).value();
        List<RequestHead> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int route = switch (asked) {
                case "any" -> (int) ((long) i * routes / REQUESTS);
                case "last" -> routes - 1;
                default -> routes + i;
            };
            requests.add(shape.request(route, routes));
            CompiledRoute found = compiled.match(requests.getLast(), random);
            if (asked.equals("none") ? found != null : found == null || found.ordinal() != route) {
                throw new IllegalStateException(shape + ", request " + route + ": wrong route");
            }
        }
        Collections.shuffle(requests, new Random(1));
        heads = requests.toArray(RequestHead[]::new);
    }

    /** One request's match, its virtual host included. */
    @Benchmark
    public @Nullable CompiledRoute match() {
        return compiled == null ? null : compiled.match(heads[turn++ & REQUESTS - 1], random);
    }
}
