package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.base.Address;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pick is on the path of every request: it must leave no garbage, in any policy, with weights and priorities. */
class PickAllocationTest {
    private static final int PICKS = 200_000;

    private PickContext context = new PickContext(new SplittableRandom(1));
    private @Nullable SubsetKey key;

    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#policies")
    void pickAllocatesNothing(Policy policy) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Endpoint endpoint = new Endpoint(new Address("10.0.0." + (i + 1), 80));
            endpoint.weight(1 + i % 3);
            endpoint.priority(i % 2);
            endpoint.health(i == 0 || i == 2 || i == 4 || i == 6 ? Endpoint.Health.UNHEALTHY : Endpoint.Health.HEALTHY);
            endpoints.add(endpoint);
        }
        assertNoGarbage(LoadBalancer.of(policy, HostSet.of(endpoints)));
    }

    /** With subsets asked for, fallen back from, and with hosts that warm up. */
    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#policies")
    void aSubsetOfNewcomersAllocatesNothingEither(Policy policy) {
        Subsets subsets = new Subsets(
                Subsets.Fallback.ANY_ENDPOINT,
                Map.of(),
                List.of(
                        new Subsets.Selector(Set.of("x"), null, Set.of()),
                        new Subsets.Selector(Set.of("x", "y"), null, Set.of("x"))),
                false,
                false,
                false);
        long[] now = {1};
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            now[0] += 1_000_000_000;
            endpoints.add(new Endpoint(new Address("10.0.0." + (i + 1), 80), () -> now[0]) {
                @Override
                public Map<String, Object> labels() {
                    return Map.of("x", "1");
                }
            });
        }
        SlowStart slowStart = new SlowStart(60_000_000_000L, 1, 0.1);
        context = new PickContext(new SplittableRandom(1), () -> now[0]);
        key = SubsetKey.of(Map.of("x", "1", "y", "2"));
        assertNoGarbage(LoadBalancer.of(new Balancing(policy, slowStart, subsets), HostSet.of(endpoints)));
    }

    private void assertNoGarbage(LoadBalancer<Endpoint> balancer) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(balancer); // classes loaded, code compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        run(balancer);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated / (double) PICKS).isLessThan(0.01); // what the JVM itself may allocate meanwhile
    }

    private void run(LoadBalancer<Endpoint> balancer) {
        for (int i = 0; i < PICKS; i++) {
            context.reset().subset(key);
            Endpoint endpoint = balancer.pick(context);
            endpoint.requestStarted();
            context.exclude(endpoint);
            balancer.pick(context);
            endpoint.requestEnded();
        }
    }
}
