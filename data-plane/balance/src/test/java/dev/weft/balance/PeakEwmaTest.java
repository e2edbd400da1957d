package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {
    private static final long DECAY = TimeUnit.SECONDS.toNanos(10);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private long now = 1;
    private final PickContext context = new PickContext(new SplittableRandom(8), () -> now);

    private List<Endpoint> endpoints(int n) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            endpoints.add(new Endpoint(new Address("10.0.0." + i, 80), () -> now));
        }
        return endpoints;
    }

    @Test
    void aRiseCountsAtOnceAndAFallOverTime() {
        Latency latency = new Latency(DECAY, now);
        latency.measured(10 * MILLI, now);
        latency.measured(100 * MILLI, now);
        assertThat(latency.at(now)).isEqualTo(100 * MILLI);
        now += DECAY;
        latency.measured(10 * MILLI, now);
        double kept = Math.exp(-1);
        assertThat(latency.at(now)).isCloseTo(100 * MILLI * kept + 10 * MILLI * (1 - kept), within(1.0));
    }

    @Test
    void whatIsNotMeasuredFades() {
        Latency latency = new Latency(DECAY, now);
        latency.measured(100 * MILLI, now);
        now += 3 * DECAY;
        assertThat(latency.at(now)).isCloseTo(100 * MILLI * Math.exp(-3), within(1.0));
    }

    @Test
    void aSilentEndpointIsSlowFromTheMomentItIsGivenUp() {
        Latency latency = new Latency(DECAY, now);
        latency.measured(10 * MILLI, now);
        latency.atLeast(5 * MILLI, now); // says nothing
        assertThat(latency.at(now)).isEqualTo(10 * MILLI);
        latency.atLeast(1000 * MILLI, now);
        assertThat(latency.at(now)).isEqualTo(1000 * MILLI);
    }

    @Test
    void aNewEndpointGetsOneRequestUntilItHasAnswered() {
        List<Endpoint> endpoints = endpoints(2);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(new Policy.PeakEwma(DECAY), HostSet.of(endpoints));
        endpoints.get(0).answered(10 * MILLI, now);
        assertThat(balancer.pick(context)).isSameAs(endpoints.get(1));
        endpoints.get(1).requestStarted();
        assertThat(balancer.pick(context)).isSameAs(endpoints.get(0));
    }

    /**
     * Requests at a fixed rate; endpoint 0 takes ten times as long as the others. Blind choice would give it a tenth; least
     * request looks at how many are under way only.
     */
    @Test
    void theSlowEndpointGetsLessThanOfLeastRequest() {
        double byLatency = shareOfSlow(new Policy.PeakEwma(DECAY));
        double byRequests = shareOfSlow(Policy.LEAST_REQUEST);
        assertThat(byLatency).isLessThan(0.5 * byRequests).isLessThan(0.02).isPositive();
    }

    private double shareOfSlow(Policy policy) {
        record End(long at, long began, Endpoint endpoint) {}
        List<Endpoint> endpoints = endpoints(10);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(endpoints));
        SplittableRandom random = new SplittableRandom(6);
        PriorityQueue<End> underWay = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
        int picks = 1_000_000;
        int slow = 0;
        for (int i = 0; i < picks; i++) {
            now += MILLI;
            for (End end = underWay.peek(); end != null && end.at <= now; end = underWay.peek()) {
                underWay.remove();
                end.endpoint.requestEnded();
                end.endpoint.answered(end.at - end.began, end.at);
            }
            Endpoint endpoint = balancer.pick(context);
            endpoint.requestStarted();
            slow += endpoint == endpoints.get(0) ? 1 : 0;
            long mean = (endpoint == endpoints.get(0) ? 100 : 10) * MILLI;
            underWay.add(new End(now + mean / 2 + random.nextLong(mean), now, endpoint));
        }
        return slow / (double) picks;
    }

    @Test
    void whatWasMeasuredOutlivesAChangeOfMembership() {
        List<Endpoint> endpoints = endpoints(3);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(new Policy.PeakEwma(DECAY), HostSet.of(endpoints));
        endpoints.get(0).answered(500 * MILLI, now);
        endpoints.get(1).answered(1 * MILLI, now);
        balancer = balancer.withHosts(HostSet.of(endpoints.subList(0, 2)));
        Map<Endpoint, Integer> counts = LoadBalancerTest.count(balancer, context, 1000);
        assertThat(counts.get(endpoints.get(1))).isEqualTo(1000);
    }
}
