package dev.weft.bench;

import dev.weft.balance.Endpoint;
import dev.weft.balance.HashFunction;
import dev.weft.balance.HostSet;
import dev.weft.balance.LoadBalancer;
import dev.weft.balance.PickContext;
import dev.weft.balance.Policy;
import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.List;
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

/** {@code weft bench --picks}: what a pick among 1 000 endpoints costs by each policy. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PickBenchmark {
    private static final int ENDPOINTS = 1_000;

    /** Of weights: {@code equal}, or 1, 2 and 3 in turn. */
    @Param({"equal", "unequal"})
    public String weights = "equal";

    @Param({"round_robin", "least_request", "random", "peak_ewma", "ring_hash", "maglev", "aperture"})
    public String policy = "round_robin";

    private final PickContext context = new PickContext(new SplittableRandom(1));
    private final SplittableRandom keys = new SplittableRandom(2);
    private @Nullable LoadBalancer<Endpoint> balancer;
    private long now;

    /** Makes the endpoints, each with a request or two under way and a latency. */
    @Setup
    public void setUp() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < ENDPOINTS; i++) {
            Endpoint endpoint = new Endpoint(new Address("10.0." + i / 250 + "." + (1 + i % 250), 80));
            endpoint.weight(weights.equals("equal") ? 1 : 1 + i % 3);
            endpoint.requestStarted();
            endpoints.add(endpoint);
        }
        balancer = LoadBalancer.of(policy(), HostSet.of(endpoints));
        now = System.nanoTime();
        for (Endpoint endpoint : endpoints) {
            endpoint.answered(keys.nextLong(1_000_000, 20_000_000), now);
        }
    }

    private Policy policy() {
        return switch (policy) {
            case "round_robin" -> Policy.ROUND_ROBIN;
            case "least_request" -> Policy.LEAST_REQUEST;
            case "random" -> Policy.RANDOM;
            case "peak_ewma" -> new Policy.PeakEwma(TimeUnit.SECONDS.toNanos(10));
            case "ring_hash" -> new Policy.RingHash(1024, 8 << 20, HashFunction.XX_HASH);
            case "maglev" -> Policy.Maglev.DEFAULT;
            default -> new Policy.Aperture(Policy.Aperture.DEFAULT_SIZE, 0.3, Policy.LEAST_REQUEST);
        };
    }

    /** One request's pick, of which the hash and the time are known, as they are in the proxy. */
    @Benchmark
    public @Nullable Endpoint pick() {
        context.reset().hash(keys.nextLong());
        context.at(now++);
        return balancer == null ? null : balancer.pick(context);
    }
}
