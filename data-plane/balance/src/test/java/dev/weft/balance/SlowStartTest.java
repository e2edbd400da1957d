package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An endpoint that has just come gets its share little by little, whatever the policy. */
class SlowStartTest {
    private static final int PICKS = 1_000_000;
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(60);

    private long now = 1;
    private final PickContext context = new PickContext(new SplittableRandom(4), () -> now);

    private Endpoint endpoint(int i) {
        return new Endpoint(new Address("10.0.0." + i, 80), () -> now);
    }

    private static Balancing balancing(Policy policy, double aggression, double minimum) {
        return new Balancing(policy, new SlowStart(WINDOW, aggression, minimum), null);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.1, 0.1",
        "3, 1, 0.1, 0.1",
        "30, 1, 0.1, 0.5",
        "60, 1, 0.1, 1",
        "15, 2, 0.1, 0.5",
        "0, 1, 0, 0.0000167"
    })
    void theFactorGrowsWithAge(int seconds, double aggression, double minimum, double factor) {
        assertThat(new SlowStart(WINDOW, aggression, minimum).factor(TimeUnit.SECONDS.toNanos(seconds)))
                .isCloseTo(factor, within(1e-6));
    }

    /** Four old hosts and a new one of a quarter, a half, all of its weight. */
    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#policies")
    void aNewcomerWarmsUp(Policy policy) {
        List<Endpoint> hosts = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            hosts.add(endpoint(i));
        }
        now += 2 * WINDOW;
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(balancing(policy, 1, 0.1), HostSet.of(hosts));
        Endpoint newcomer = endpoint(5);
        hosts.add(newcomer);
        balancer = balancer.withHosts(HostSet.of(hosts));
        double whole = 0;
        long began = now;
        for (double part : new double[] {1.25, 0.25, 0.5, 1.0}) {
            now = began + (long) (part * WINDOW);
            if (part > 1) { // what it gets without slow start; of a hash not just a fifth
                LoadBalancer<Endpoint> warm = LoadBalancer.of(policy, HostSet.of(hosts));
                whole = LoadBalancerTest.count(warm, context, PICKS).get(newcomer) / (double) PICKS;
                continue;
            }
            double share = LoadBalancerTest.count(balancer, context, PICKS).get(newcomer) / (double) PICKS;
            double fair = policy.isHashing() ? whole * part : part / (4 + part);
            assertThat(share).as("at %s", part).isCloseTo(fair, within(policy.isHashing() ? 0.01 : 0.003));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#evenPolicies")
    void thoseThatCameTogetherAreNotSlowed(Policy policy) {
        List<Endpoint> hosts = List.of(endpoint(1), endpoint(2), endpoint(3));
        now += WINDOW / 2;
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(balancing(policy, 1, 0.1), HostSet.of(hosts));
        LoadBalancerTest.assertShares(
                LoadBalancerTest.count(balancer, context, PICKS), hosts, 1 / 3.0, 1 / 3.0, 1 / 3.0);
    }

    @Test
    void whoRecoversWarmsUpAnew() {
        List<Endpoint> hosts = List.of(endpoint(1), endpoint(2));
        now += 2 * WINDOW;
        hosts.get(0).health(Endpoint.Health.UNHEALTHY);
        now += WINDOW;
        hosts.get(0).health(Endpoint.Health.HEALTHY);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(balancing(Policy.ROUND_ROBIN, 1, 0.1), HostSet.of(hosts));
        LoadBalancerTest.assertShares(LoadBalancerTest.count(balancer, context, PICKS), hosts, 1 / 11.0, 10 / 11.0);
    }

    @Test
    void theLastHostIsNeverRefused() {
        List<Endpoint> hosts = List.of(endpoint(1), endpoint(2));
        now += 2 * WINDOW;
        List<Endpoint> both = List.of(hosts.get(0), endpoint(3));
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(balancing(Policy.LEAST_REQUEST, 1, 0), HostSet.of(both));
        for (int i = 0; i < 1000; i++) {
            context.reset().exclude(hosts.get(0));
            assertThat(balancer.pick(context)).isSameAs(both.get(1));
        }
    }

    /** A key goes over to the newcomer once, and stays. */
    @ParameterizedTest
    @MethodSource("dev.weft.balance.ConsistentHashTest#policies")
    void keysMoveOnceAndOnlyToTheNewcomer(Policy policy) {
        List<Endpoint> hosts = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            hosts.add(endpoint(i));
        }
        now += 2 * WINDOW;
        Endpoint newcomer = endpoint(10);
        hosts.add(newcomer);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(balancing(policy, 1, 0.1), HostSet.of(hosts));
        Map<Long, Endpoint> before = new HashMap<>();
        int moves = 0;
        for (int step = 0; step <= 20; step++) {
            for (long key = 0; key < 5_000; key++) {
                long hash = key * 0x9E3779B97F4A7C15L;
                context.reset().hash(hash);
                Endpoint host = balancer.pick(context);
                Endpoint last = before.put(hash, host);
                if (last != null && last != host) {
                    assertThat(host).isSameAs(newcomer);
                    moves++;
                }
            }
            now += WINDOW / 20;
        }
        assertThat(moves).isBetween(300, 600); // nine tenths of its tenth
    }
}
