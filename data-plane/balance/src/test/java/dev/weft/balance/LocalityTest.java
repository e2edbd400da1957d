package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.Locality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Load over the localities of a priority: by weight, or near the caller. */
class LocalityTest {
    private static final int PICKS = 1_000_000;
    private static final Locality A = new Locality("r", "a", "");
    private static final Locality B = new Locality("r", "b", "");
    private static final Locality C = new Locality("r", "c", "");

    private final PickContext context = new PickContext(new SplittableRandom(21));
    private final List<Endpoint> hosts = new ArrayList<>();

    private void add(Locality locality, int count) {
        for (int i = 0; i < count; i++) {
            Endpoint host = new Endpoint(new Address("10.0.0." + (hosts.size() + 1), 80));
            host.locality(locality);
            hosts.add(host);
        }
    }

    private static Spread spread(LocalityRule rule) {
        return new Spread(140, 50, rule, false);
    }

    private static LocalityRule weights(int a, int b) {
        return new LocalityRule.Weighted(Map.of(new LocalityRule.Place(0, A), a, new LocalityRule.Place(0, B), b));
    }

    private void assertShares(Policy policy, LocalityRule rule, double... shares) {
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(hosts, spread(rule)));
        LoadBalancerTest.assertShares(LoadBalancerTest.count(balancer, context, PICKS), hosts, shares);
    }

    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#evenPolicies")
    void aLocalityGetsItsWeightWhateverItsSize(Policy policy) {
        add(A, 1);
        add(B, 3);
        assertShares(policy, weights(3, 1), .75, .25 / 3, .25 / 3, .25 / 3);
    }

    @Test
    void aHashHeedsTheWeights() {
        add(A, 1);
        add(B, 3);
        LoadBalancer<Endpoint> balancer =
                LoadBalancer.of(Policy.Maglev.DEFAULT, HostSet.of(hosts, spread(weights(3, 1))));
        Map<Endpoint, Integer> counts = LoadBalancerTest.count(balancer, context, PICKS);
        assertThat(counts.get(hosts.get(0)) / (double) PICKS).isBetween(0.745, 0.755);
    }

    @Test
    void aLocalityLosesLoadOnceUnderSeventyOnePercentOfItIsHealthy() {
        add(A, 4);
        add(B, 4);
        hosts.get(0).health(Endpoint.Health.UNHEALTHY); // 75 % x 1.4: all there
        double third = .5 / 3;
        assertShares(Policy.RANDOM, weights(1, 1), 0, third, third, third, .125, .125, .125, .125);
        hosts.get(1).health(Endpoint.Health.UNHEALTHY); // 50 % x 1.4 = 0.7 of its weight
        double a = .7 / 1.7 / 2;
        double b = 1 / 1.7 / 4;
        assertShares(Policy.RANDOM, weights(1, 1), 0, 0, a, a, b, b, b, b);
    }

    @Test
    void aLocalityWithoutWeightGetsNothing() {
        add(A, 1);
        add(B, 1);
        add(C, 1);
        assertShares(Policy.ROUND_ROBIN, weights(1, 1), .5, .5, 0);
    }

    @Test
    void whereNoLocalityHasAWeightTheyDoNotMatter() {
        add(A, 1);
        add(B, 3);
        assertShares(Policy.RANDOM, weights(0, 0), .25, .25, .25, .25);
    }

    @Test
    void roundRobinTakesTurnsInEachLocality() {
        add(A, 2);
        add(B, 3);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.ROUND_ROBIN, HostSet.of(hosts, spread(weights(1, 1))));
        List<Endpoint> inB = new ArrayList<>();
        while (inB.size() < 30) {
            Endpoint host = balancer.pick(context);
            if (host.locality().equals(B)) {
                inB.add(host);
            }
            balancer = balancer.withHosts(HostSet.of(hosts, spread(weights(1, 1))));
        }
        for (int i = 3; i < inB.size(); i++) {
            assertThat(inB.get(i)).isSameAs(inB.get(i - 3));
        }
    }

    @Test
    void inPanicLocalitiesDoNotMatter() {
        add(A, 2);
        add(B, 2);
        for (int i = 0; i < 3; i++) {
            hosts.get(i).health(Endpoint.Health.UNHEALTHY);
        }
        assertShares(Policy.RANDOM, weights(3, 1), .25, .25, .25, .25);
        HostSet<Endpoint> failing = HostSet.of(hosts, new Spread(140, 50, weights(3, 1), true));
        assertThat(LoadBalancer.of(Policy.RANDOM, failing).pick(context)).isNull();
    }

    // Near the caller.

    private static LocalityRule near(Locality here, int a, int b, double percent, int min) {
        return new LocalityRule.ZoneAware(here, Map.of(A, a, B, b), percent, min);
    }

    @ParameterizedTest
    @MethodSource("dev.weft.balance.LoadBalancerTest#evenPolicies")
    void requestsStayNearWhereThereIsEnough(Policy policy) {
        add(A, 3);
        add(B, 3);
        double third = 1 / 3.0;
        assertShares(policy, near(A, 2, 2, 100, 6), third, third, third, 0, 0, 0);
    }

    @Test
    void whatIsTooMuchSpillsOver() {
        add(A, 2); // a quarter of the hosts for half of the callers: half of its requests can stay
        add(B, 6);
        double b = .5 / 6;
        assertShares(Policy.RANDOM, near(A, 2, 2, 100, 6), .25, .25, b, b, b, b, b, b);
    }

    @Test
    void spillGoesWhereThereIsRoom() {
        add(A, 2);
        add(B, 4);
        add(C, 4);
        // have 20/40/40, callers need 40/40/20: half stays, the rest goes to C alone
        LocalityRule rule = new LocalityRule.ZoneAware(A, Map.of(A, 4, B, 4, C, 2), 100, 6);
        assertShares(Policy.RANDOM, rule, .25, .25, 0, 0, 0, 0, .125, .125, .125, .125);
    }

    @Test
    void aCallerWithoutHostsNearUsesWhatOthersLeave() {
        add(B, 3);
        add(C, 3);
        LocalityRule rule = new LocalityRule.ZoneAware(A, Map.of(A, 2, B, 2), 100, 6);
        double c = 1 / 3.0; // B has 50 for the 50 of its own callers; C has no callers
        assertShares(Policy.RANDOM, rule, 0, 0, 0, c, c, c);
    }

    @Test
    void unhealthyHostsCarryNothing() {
        add(A, 4);
        add(B, 4);
        hosts.get(0).health(Endpoint.Health.UNHEALTHY);
        hosts.get(1).health(Endpoint.Health.UNHEALTHY); // have 33/66, need 50/50: 2/3 stay
        double a = 1 / 3.0;
        double b = 1 / 12.0;
        LocalityRule rule = near(A, 2, 2, 100, 6);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.RANDOM, HostSet.of(hosts, spread(rule)));
        Map<Endpoint, Integer> counts = LoadBalancerTest.count(balancer, context, PICKS);
        double[] shares = {0, 0, a, a, b, b, b, b};
        for (int i = 0; i < shares.length; i++) { // Envoy's percentages have two digits
            assertThat(counts.getOrDefault(hosts.get(i), 0) / (double) PICKS)
                    .isBetween(shares[i] - .002, shares[i] + .002);
        }
    }

    @Test
    void zonesAreIgnoredWhereTheyCannotHelp() {
        add(A, 3);
        add(B, 3);
        double each = 1 / 6.0;
        double[] even = {each, each, each, each, each, each};
        assertShares(Policy.RANDOM, near(A, 2, 2, 100, 7), even); // too few hosts
        assertShares(Policy.RANDOM, near(A, 0, 2, 100, 6), even); // we are not known
        assertShares(Policy.RANDOM, near(A, 2, 2, 0, 6), even); // switched off
        assertShares(Policy.RANDOM, new LocalityRule.ZoneAware(A, Map.of(A, 2), 100, 6), even); // one zone of callers
        double half = .5 / 3;
        assertShares( // half of the requests
                Policy.RANDOM,
                near(A, 2, 2, 50, 6),
                half + each / 2,
                half + each / 2,
                half + each / 2,
                each / 2,
                each / 2,
                each / 2);
    }

    @Test
    void priorityComesBeforeZone() {
        add(A, 6);
        add(B, 6);
        for (int i = 6; i < 12; i++) {
            hosts.get(i).priority(1);
        }
        double each = 1 / 6.0;
        assertShares(Policy.RANDOM, near(B, 2, 2, 100, 6), each, each, each, each, each, each, 0, 0, 0, 0, 0, 0);
    }
}
