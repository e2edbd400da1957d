package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SubsetBalancerTest {
    private final PickContext context = new PickContext(new SplittableRandom(31));

    private static final class Labelled extends Endpoint {
        private final Map<String, Object> labels;

        Labelled(int port, Map<String, Object> labels) {
            super(new Address("10.0.0.1", port));
            this.labels = labels;
        }

        @Override
        public Map<String, Object> labels() {
            return labels;
        }
    }

    private static final List<Endpoint> HOSTS = List.of(
            new Labelled(1, Map.of("version", "1", "stage", "prod")),
            new Labelled(2, Map.of("version", "2", "stage", "prod")),
            new Labelled(3, Map.of("version", "2", "stage", "canary")),
            new Labelled(4, Map.of("version", "3")),
            new Labelled(5, Map.of("tags", List.of("x", "y"), "version", 2.0)));

    private static Subsets subsets(Subsets.Fallback fallback, Subsets.Selector... selectors) {
        return new Subsets(fallback, Map.of("stage", "prod"), List.of(selectors), false, true, false);
    }

    private static Subsets.Selector by(String... keys) {
        return new Subsets.Selector(Set.of(keys), null, Set.of());
    }

    private Set<Integer> ports(Subsets subsets, Policy policy, Map<String, Object> wanted) {
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(new Balancing(policy, null, subsets), HostSet.of(HOSTS));
        SubsetKey key = wanted.isEmpty() ? null : SubsetKey.of(wanted);
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            context.reset().subset(key);
            Endpoint host = balancer.pick(context);
            ports.add(host == null ? 0 : host.address().port());
        }
        return ports;
    }

    private Set<Integer> ports(Subsets subsets, Map<String, Object> wanted) {
        return ports(subsets, Policy.ROUND_ROBIN, wanted);
    }

    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#policies")
    void aRequestGoesToItsSubset(Policy policy) {
        Subsets subsets = subsets(Subsets.Fallback.NO_FALLBACK, by("version"), by("version", "stage"), by("tags"));
        assertThat(ports(subsets, policy, Map.of("version", "2"))).containsExactlyInAnyOrder(2, 3);
        assertThat(ports(subsets, policy, Map.of("version", "2", "stage", "canary")))
                .containsExactly(3);
        assertThat(ports(subsets, policy, Map.of("version", 2.0))).containsExactly(5);
        assertThat(ports(subsets, policy, Map.of("tags", "y"))).containsExactly(5);
    }

    @Test
    void onlyTheKeysOfASelectorMakeASubset() {
        Subsets subsets = subsets(Subsets.Fallback.NO_FALLBACK, by("version", "stage"));
        assertThat(ports(subsets, Map.of("version", "2"))).containsExactly(0);
        assertThat(ports(subsets, Map.of("version", "2", "stage", "prod", "more", "x")))
                .containsExactly(0);
    }

    @Test
    void withoutSubsetTheFallbackAnswers() {
        Map<String, Object> none = Map.of("version", "9");
        for (Map<String, Object> wanted : List.of(none, Map.<String, Object>of())) {
            assertThat(ports(subsets(Subsets.Fallback.NO_FALLBACK, by("version")), wanted))
                    .containsExactly(0);
            assertThat(ports(subsets(Subsets.Fallback.ANY_ENDPOINT, by("version")), wanted))
                    .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
            assertThat(ports(subsets(Subsets.Fallback.DEFAULT_SUBSET, by("version")), wanted))
                    .containsExactlyInAnyOrder(1, 2);
        }
    }

    @Test
    void aSelectorHasAFallbackOfItsOwn() {
        Subsets subsets = subsets(
                Subsets.Fallback.NO_FALLBACK,
                by("version"),
                new Subsets.Selector(Set.of("version", "stage"), null, Set.of("version")),
                new Subsets.Selector(Set.of("stage"), Subsets.Fallback.ANY_ENDPOINT, Set.of()));
        assertThat(ports(subsets, Map.of("version", "2", "stage", "none"))).containsExactlyInAnyOrder(2, 3);
        assertThat(ports(subsets, Map.of("version", "9", "stage", "none"))).containsExactly(0);
        assertThat(ports(subsets, Map.of("stage", "none"))).hasSize(5);
    }

    @Test
    void anEmptyDefaultSubsetPanicsWhereAllowed() {
        Subsets calm = new Subsets(
                Subsets.Fallback.DEFAULT_SUBSET, Map.of("stage", "none"), List.of(by("version")), false, false, false);
        Subsets panicking = new Subsets(
                Subsets.Fallback.DEFAULT_SUBSET, Map.of("stage", "none"), List.of(by("version")), false, false, true);
        assertThat(ports(calm, Map.of())).containsExactly(0);
        assertThat(ports(panicking, Map.of())).hasSize(5);
    }

    @Test
    void aSubsetGoesOnInItsRound() {
        Subsets subsets = subsets(Subsets.Fallback.NO_FALLBACK, by("version"));
        LoadBalancer<Endpoint> balancer =
                LoadBalancer.of(new Balancing(Policy.ROUND_ROBIN, null, subsets), HostSet.of(HOSTS));
        context.reset().subset(SubsetKey.of(Map.of("version", "2")));
        Endpoint last = balancer.pick(context);
        for (int i = 0; i < 100; i++) {
            balancer = balancer.withHosts(HostSet.of(HOSTS));
            Endpoint next = balancer.pick(context);
            assertThat(next).isNotSameAs(last);
            last = next;
        }
    }

    /** Against filtering by hand. */
    @Test
    void anySubsetIsWhatHasItsLabels() {
        SplittableRandom random = new SplittableRandom(77);
        List<String> names = List.of("a", "b", "c");
        for (int round = 0; round < 300; round++) {
            List<Endpoint> hosts = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                Map<String, Object> labels = new HashMap<>();
                names.forEach(name -> labels.put(name, "" + random.nextInt(3)));
                labels.remove(names.get(random.nextInt(3)));
                hosts.add(new Labelled(1 + i, labels));
            }
            Subsets subsets = subsets(Subsets.Fallback.NO_FALLBACK, by("a"), by("a", "b"), by("c", "a"));
            LoadBalancer<Endpoint> balancer =
                    LoadBalancer.of(new Balancing(Policy.RANDOM, null, subsets), HostSet.of(hosts));
            Map<String, Object> wanted = new HashMap<>();
            List.of(List.of("a"), List.of("a", "b"), List.of("c", "a"))
                    .get(random.nextInt(3))
                    .forEach(name -> wanted.put(name, "" + random.nextInt(3)));
            Set<Endpoint> expected = new HashSet<>();
            for (Endpoint host : hosts) {
                if (host.labels().entrySet().containsAll(wanted.entrySet())) {
                    expected.add(host);
                }
            }
            Collection<Endpoint> got = new HashSet<>();
            SubsetKey key = SubsetKey.of(wanted);
            for (int i = 0; i < 400; i++) {
                context.reset().subset(key);
                Endpoint host = balancer.pick(context);
                if (host != null) {
                    got.add(host);
                }
            }
            assertThat(got).isEqualTo(expected);
        }
    }
}
