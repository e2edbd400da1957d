package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoadBalancerTest {
    private static final int PICKS = 1_000_000;

    private final PickContext context = new PickContext(new SplittableRandom(42));

    static List<Policy> policies() {
        return List.of(
                Policy.ROUND_ROBIN,
                Policy.RANDOM,
                Policy.LEAST_REQUEST,
                new Policy.LeastRequest(3),
                new Policy.PeakEwma(10_000_000_000L),
                new Policy.Aperture(12, 0.3, Policy.LEAST_REQUEST),
                Policy.RingHash.DEFAULT,
                Policy.Maglev.DEFAULT);
    }

    static List<Policy> evenPolicies() {
        return policies().stream().filter(policy -> !policy.isHashing()).toList();
    }

    static List<Endpoint> endpoints(int... weights) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            Endpoint endpoint = new Endpoint(new Address("10.0.0." + (i + 1), 80));
            endpoint.weight(weights[i]);
            endpoints.add(endpoint);
        }
        return endpoints;
    }

    private Map<Endpoint, Integer> count(LoadBalancer<Endpoint> balancer, int picks) {
        return count(balancer, context, picks);
    }

    static Map<Endpoint, Integer> count(LoadBalancer<Endpoint> balancer, PickContext context, int picks) {
        Map<Endpoint, Integer> counts = new IdentityHashMap<>();
        for (int i = 0; i < picks; i++) {
            context.reset();
            counts.merge(balancer.pick(context), 1, Integer::sum);
        }
        return counts;
    }

    /** Each count within five standard deviations of the binomial: one false alarm in a million runs. */
    static void assertShares(Map<Endpoint, Integer> counts, List<Endpoint> endpoints, double... shares) {
        long picks = counts.values().stream().mapToLong(i -> i).sum();
        for (int i = 0; i < shares.length; i++) {
            double deviation = Math.sqrt(picks * shares[i] * (1 - shares[i]));
            assertThat((double) counts.getOrDefault(endpoints.get(i), 0))
                    .as("share of endpoint %d", i)
                    .isCloseTo(picks * shares[i], within(5 * deviation + 1));
        }
    }

    @ParameterizedTest
    @MethodSource("evenPolicies")
    void equalEndpointsGetEqualShares(Policy policy) {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1, 1);
        assertShares(count(LoadBalancer.of(policy, HostSet.of(endpoints)), PICKS), endpoints, .2, .2, .2, .2, .2);
    }

    @Test
    void roundRobinTakesTurnsExactly() {
        List<Endpoint> endpoints = endpoints(1, 1, 1);
        assertThat(count(LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(endpoints)), 3000)
                        .values())
                .containsOnly(1000);
    }

    @Test
    void weightsAreShares() {
        List<Endpoint> endpoints = endpoints(1, 2, 7);
        for (Policy policy :
                List.of(Policy.ROUND_ROBIN, Policy.LEAST_REQUEST, new Policy.Aperture(12, 0.3, Policy.LEAST_REQUEST))) {
            assertShares(count(LoadBalancer.of(policy, HostSet.of(endpoints)), PICKS), endpoints, .1, .2, .7);
        }
    }

    @Test
    void weightedRoundRobinIsSmooth() {
        List<Endpoint> endpoints = endpoints(1, 3);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(endpoints));
        int run = 0;
        for (int i = 0; i < 10_000; i++) {
            run = balancer.pick(context) == endpoints.get(1) ? run + 1 : 0;
            assertThat(run).as("picks of the heavy one in a row").isLessThanOrEqualTo(4);
        }
    }

    @Test
    void randomIgnoresWeightsAsEnvoyDoes() {
        List<Endpoint> endpoints = endpoints(1, 9);
        assertShares(count(LoadBalancer.of(Policy.RANDOM, HostSet.of(endpoints)), PICKS), endpoints, .5, .5);
    }

    @Test
    void leastRequestAvoidsTheLoadedEndpoint() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        endpoints.get(0).requestStarted();
        // Chosen only when drawn twice: 1 in 16.
        assertShares(
                count(LoadBalancer.of(Policy.LEAST_REQUEST, HostSet.of(endpoints)), PICKS),
                endpoints,
                1 / 16.0,
                5 / 16.0,
                5 / 16.0,
                5 / 16.0);
        endpoints.get(0).requestEnded();
        assertThat(endpoints.get(0).activeRequests()).isZero();
    }

    @Test
    void leastRequestEvensOutASlowEndpoint() {
        // Simulation: each step starts a request; endpoint 0 ends its requests ten times slower than the others.
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.LEAST_REQUEST, HostSet.of(endpoints));
        SplittableRandom random = new SplittableRandom(7);
        long picksOfSlow = 0;
        for (int step = 0; step < PICKS; step++) {
            Endpoint picked = balancer.pick(context);
            picked.requestStarted();
            picksOfSlow += picked == endpoints.get(0) ? 1 : 0;
            for (int i = 0; i < endpoints.size(); i++) {
                Endpoint endpoint = endpoints.get(i);
                for (int r = endpoint.activeRequests(); r > 0; r--) {
                    if (random.nextInt(i == 0 ? 100 : 10) == 0) {
                        endpoint.requestEnded();
                    }
                }
            }
        }
        assertThat(picksOfSlow / (double) PICKS).isLessThan(0.10); // its fair share by speed is 1 in 31; blind: 1 in 4
        endpoints.forEach(e -> assertThat(e.activeRequests()).isLessThan(30));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void triedEndpointsAreNotPickedAgain(Policy policy) {
        List<Endpoint> endpoints = endpoints(1, 5, 1, 1, 1, 1);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(endpoints));
        for (int round = 0; round < 1000; round++) {
            context.reset();
            List<Endpoint> picked = new ArrayList<>();
            for (int i = 0; i < endpoints.size(); i++) {
                Endpoint endpoint = balancer.pick(context);
                picked.add(endpoint);
                context.exclude(endpoint);
            }
            assertThat(picked).containsExactlyInAnyOrderElementsOf(endpoints);
            assertThat(balancer.pick(context)).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void noEndpointsMeansNoPick(Policy policy) {
        assertThat(LoadBalancer.of(policy, HostSet.<Endpoint>of(List.of())).pick(context))
                .isNull();
    }

    @Test
    void membershipChangeKeepsStateOfStayingEndpoints() {
        List<Endpoint> before = endpoints(1, 1, 1);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.LEAST_REQUEST, HostSet.of(before));
        for (int i = 0; i < 5; i++) {
            before.get(0).requestStarted();
        }
        List<Endpoint> after = new ArrayList<>(before.subList(0, 2));
        after.addAll(endpoints(1));
        LoadBalancer<Endpoint> next = balancer.withHosts(HostSet.of(after));
        assertThat(after.get(0).activeRequests()).isEqualTo(5);
        Map<Endpoint, Integer> counts = count(next, PICKS);
        assertThat(counts).doesNotContainKey(before.get(2));
        assertShares(counts, after, 1 / 9.0, 4 / 9.0, 4 / 9.0);
    }

    @Test
    void membershipChangeGoesOnInTheRound() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(endpoints));
        // Updates more frequent than requests must not send every request to the first host.
        Map<Endpoint, Integer> counts = new IdentityHashMap<>();
        for (int i = 0; i < 4000; i++) {
            balancer = balancer.withHosts(HostSet.of(endpoints));
            counts.merge(balancer.pick(context), 1, Integer::sum);
        }
        assertThat(counts.values()).containsOnly(1000);
    }

    @Test
    void failoverStartsUnderSeventyOnePercent() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1, 1, 1, 1, 1);
        for (int i = 4; i < 8; i++) {
            endpoints.get(i).priority(1);
        }
        assertShares(
                count(LoadBalancer.of(Policy.RANDOM, HostSet.of(endpoints)), 100_000),
                endpoints,
                .25,
                .25,
                .25,
                .25,
                0,
                0,
                0,
                0);
        endpoints.get(0).health(Endpoint.Health.UNHEALTHY); // 75 % x 1.4 = 105 %
        assertShares(
                count(LoadBalancer.of(Policy.RANDOM, HostSet.of(endpoints)), 100_000),
                endpoints,
                0,
                1 / 3.0,
                1 / 3.0,
                1 / 3.0,
                0,
                0,
                0,
                0);
        endpoints.get(1).health(Endpoint.Health.UNHEALTHY); // 50 % x 1.4 = 70 %
        assertShares(
                count(LoadBalancer.of(Policy.RANDOM, HostSet.of(endpoints)), 100_000),
                endpoints,
                0,
                0,
                .35,
                .35,
                .075,
                .075,
                .075,
                .075);
    }

    @Test
    void panicUsesUnhealthyEndpointsToo() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        for (int i = 0; i < 3; i++) {
            endpoints.get(i).health(Endpoint.Health.UNHEALTHY);
        }
        HostSet<Endpoint> hosts = HostSet.of(endpoints);
        assertThat(hosts.inPanic()).isTrue();
        assertShares(count(LoadBalancer.of(Policy.RANDOM, hosts), 100_000), endpoints, .25, .25, .25, .25);
        HostSet<Endpoint> never = HostSet.of(endpoints, Spread.of(140, 0));
        assertThat(never.inPanic()).isFalse();
        assertShares(count(LoadBalancer.of(Policy.RANDOM, never), 100_000), endpoints, 0, 0, 0, 1);
    }

    @Test
    void allUnhealthyWithoutPanicMeansNoPick() {
        List<Endpoint> endpoints = endpoints(1, 1);
        endpoints.forEach(e -> e.health(Endpoint.Health.UNHEALTHY));
        assertThat(LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(endpoints, Spread.of(140, 0)))
                        .pick(context))
                .isNull();
        assertThat(LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(endpoints)).pick(context))
                .isNotNull();
    }

    @Test
    void degradedTakesWhatTheHealthyCannotCarry() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        endpoints.get(2).health(Endpoint.Health.DEGRADED);
        endpoints.get(3).health(Endpoint.Health.DEGRADED);
        // healthy 50 % x 1.4 = 70, degraded 70; of 100: 70 healthy, 30 degraded
        assertShares(
                count(LoadBalancer.of(Policy.RANDOM, HostSet.of(endpoints)), 100_000), endpoints, .35, .35, .15, .15);
    }
}
