package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many clients and many endpoints: each client knows few endpoints, and all endpoints get the same. */
class ApertureTest {
    private static final int SIZE = 12;

    private final PickContext context = new PickContext(new SplittableRandom(12));

    static List<Policy> inner() {
        return List.of(Policy.ROUND_ROBIN, Policy.RANDOM, Policy.LEAST_REQUEST, new Policy.PeakEwma(1_000_000_000));
    }

    private static List<Endpoint> endpoints(int n) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            endpoints.add(new Endpoint(new Address("10.0." + i / 250 + "." + (1 + i % 250), 80)));
        }
        return endpoints;
    }

    @ParameterizedTest
    @MethodSource("inner")
    void evenlySpacedClientsLoadAllEndpointsEvenly(Policy inner) {
        List<Endpoint> endpoints = endpoints(100);
        int clients = 100;
        int picksEach = 10_000;
        Map<Endpoint, Integer> load = new IdentityHashMap<>();
        Map<Endpoint, Set<Integer>> connections = new IdentityHashMap<>();
        for (int client = 0; client < clients; client++) {
            Policy policy = new Policy.Aperture(SIZE, (client + 0.3) / clients, inner);
            Map<Endpoint, Integer> counts =
                    LoadBalancerTest.count(LoadBalancer.of(policy, HostSet.of(endpoints)), context, picksEach);
            assertThat(counts).hasSizeBetween(SIZE, SIZE + 1);
            for (Map.Entry<Endpoint, Integer> each : counts.entrySet()) {
                load.merge(each.getKey(), each.getValue(), Integer::sum);
                connections.computeIfAbsent(each.getKey(), e -> new HashSet<>()).add(client);
            }
        }
        for (Endpoint endpoint : endpoints) {
            assertThat((double) load.get(endpoint)).isCloseTo(picksEach, within(0.06 * picksEach));
            assertThat(connections.get(endpoint)).hasSizeLessThanOrEqualTo(SIZE + 2);
        }
    }

    @Test
    void allClientsHaveTheSameRing() {
        List<Endpoint> endpoints = endpoints(50);
        Policy policy = new Policy.Aperture(SIZE, Policy.Aperture.coordinate("sidecar~10.0.0.7~orders"), Policy.RANDOM);
        Set<Endpoint> seen = LoadBalancerTest.count(LoadBalancer.of(policy, HostSet.of(endpoints)), context, 10_000)
                .keySet();
        assertThat(LoadBalancerTest.count(LoadBalancer.of(policy, HostSet.of(endpoints.reversed())), context, 10_000)
                        .keySet())
                .isEqualTo(seen);
    }

    @Test
    void aFewEndpointsAreAllUsed() {
        List<Endpoint> endpoints = endpoints(SIZE);
        Policy policy = new Policy.Aperture(SIZE, 0.99, Policy.ROUND_ROBIN);
        assertThat(LoadBalancerTest.count(LoadBalancer.of(policy, HostSet.of(endpoints)), context, 1200)
                        .values())
                .containsOnly(100);
    }

    @Test
    void anEndpointThatGoesMovesEachEndOfTheArcByOneAtMost() {
        List<Endpoint> endpoints = endpoints(200);
        Policy policy = new Policy.Aperture(SIZE, 0.4, Policy.RANDOM);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(endpoints));
        Set<Endpoint> before = LoadBalancerTest.count(balancer, context, 20_000).keySet();
        for (int gone = 0; gone < 200; gone++) {
            List<Endpoint> fewer = new ArrayList<>(endpoints);
            fewer.remove(gone);
            Set<Endpoint> after =
                    new HashSet<>(LoadBalancerTest.count(balancer.withHosts(HostSet.of(fewer)), context, 5_000)
                            .keySet());
            after.removeAll(before);
            assertThat(after).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void coordinatesAreSpread() {
        int[] buckets = new int[10];
        for (int i = 0; i < 10_000; i++) {
            buckets[(int) (10 * Policy.Aperture.coordinate("sidecar~10.0.0." + i))]++;
        }
        for (int bucket : buckets) {
            assertThat(bucket).isBetween(850, 1150);
        }
    }
}
