package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.base.Address;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pick is on the path of every request: it must leave no garbage, in any policy, with weights and priorities. */
class PickAllocationTest {
    private static final int PICKS = 200_000;

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
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(endpoints));
        PickContext context = new PickContext(new SplittableRandom(1));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(balancer, context); // classes loaded, code compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        run(balancer, context);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated / (double) PICKS).isLessThan(0.01); // what the JVM itself may allocate meanwhile
    }

    private static void run(LoadBalancer<Endpoint> balancer, PickContext context) {
        for (int i = 0; i < PICKS; i++) {
            context.reset();
            Endpoint endpoint = balancer.pick(context);
            endpoint.requestStarted();
            context.exclude(endpoint);
            balancer.pick(context);
            endpoint.requestEnded();
        }
    }
}
