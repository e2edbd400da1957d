package dev.weft.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.ResponseFlag;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.RouteMatch.Fraction;
import dev.weft.xdsmodel.StringMatcher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultFilterTest {
    private static final Fraction ALL = new Fraction(100, 100);
    private static final Fraction HALF = new Fraction(500_000, 1_000_000);
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final String FORWARDED = "forwarded";

    private final StatsRegistry stats = new StatsRegistry(1);
    private final HttpFilters filters = new HttpFilters(stats);

    private static Fault fault(Fault.@Nullable Delay delay, Fault.@Nullable Abort abort) {
        return new Fault(delay, abort, "", List.of(), List.of(), Long.MAX_VALUE);
    }

    private static Fault abort(int status) {
        return fault(null, new Fault.Abort(status, -1, ALL));
    }

    private FilterRig rig(Fault fault, String... fields) {
        return new FilterRig(filters.create(fault, List.of(), "test", 0), FilterRig.head("GET", fields));
    }

    private void assertCounted(String name, long expected) {
        assertThat(PrometheusText.write(stats))
                .contains("envoy_http_fault_" + name + "{envoy_http_conn_manager_prefix=\"test\"} " + expected + "\n");
    }

    @Test
    void aRequestIsHeldUpAndGoesOn() {
        FilterRig rig = rig(fault(new Fault.Delay(DELAY, ALL), null));
        assertThat(rig.run()).isEmpty();
        rig.context.pass(DELAY.toNanos() - 1);
        assertThat(rig.seen()).isEmpty();
        assertCounted("active_faults", 1);
        rig.context.pass(1);
        assertThat(rig.seen()).isEqualTo(FORWARDED);
        assertThat(ResponseFlag.text(rig.stream.flags())).isEqualTo("DI");
        assertCounted("delays_injected", 1);
        assertCounted("active_faults", 0);
        assertThat(rig.answer()).isEqualTo("200");
        assertCounted("active_faults", 0);
    }

    @Test
    void aDelayEndsWithItsClient() {
        FilterRig rig = rig(fault(new Fault.Delay(DELAY, ALL), null));
        rig.run();
        rig.stream.downstreamGone();
        assertThat(rig.context.tasks).isEmpty();
        assertCounted("active_faults", 0);
    }

    @Test
    void aRequestIsAnsweredWithAnError() {
        FilterRig rig = rig(abort(555));
        assertThat(rig.run()).isEqualTo("555 \"fault filter abort\"");
        assertThat(rig.stream.details()).isEqualTo("fault_filter_abort");
        assertThat(ResponseFlag.text(rig.stream.flags())).isEqualTo("FI");
        assertCounted("aborts_injected", 1);
        assertCounted("active_faults", 0);
    }

    @Test
    void anErrorFollowsADelayAndCountsAsOneFault() {
        Fault both = new Fault(new Fault.Delay(DELAY, ALL), new Fault.Abort(0, 14, ALL), "", List.of(), List.of(), 1);
        FilterRig rig = rig(both);
        assertThat(rig.run()).isEmpty();
        rig.context.pass(DELAY.toNanos());
        assertThat(rig.seen()).isEqualTo("200 \"grpc 14 fault filter abort\"");
        assertThat(ResponseFlag.text(rig.stream.flags())).isEqualTo("FI,DI");
        assertCounted("faults_overflow", 0);
    }

    @Test
    void noMoreFaultsThanAllowedAreUnderWayInAllRoutes() {
        Fault one = new Fault(new Fault.Delay(DELAY, ALL), null, "", List.of(), List.of(), 1);
        FilterRig first = rig(one);
        assertThat(first.run()).isEmpty();
        assertThat(rig(one).run()).isEqualTo(FORWARDED);
        assertCounted("faults_overflow", 1);
        first.stream.downstreamGone();
        assertThat(rig(one).run()).isEmpty();
    }

    @Test
    void aShareOfRequestsIsHit() {
        int hit = 0;
        FilterRig rig = rig(fault(null, new Fault.Abort(500, -1, HALF)));
        for (int i = 0; i < 10_000; i++) {
            FilterRig next = new FilterRig(
                    filters.create(fault(null, new Fault.Abort(500, -1, HALF)), List.of(), "test", 0),
                    FilterRig.head("GET"));
            next.context.random = rig.context.random;
            hit += next.run().equals(FORWARDED) ? 0 : 1;
        }
        assertThat(hit).isBetween(4_800, 5_200); // four standard deviations
    }

    /** What the headers of a request say, under a delay and an abort by header at 50 % and 100 %. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-envoy-fault-abort-request|503|503 \"fault filter abort\"",
                "x-envoy-fault-abort-request|199|forwarded",
                "x-envoy-fault-abort-request|600|forwarded",
                "x-envoy-fault-abort-request|5x|forwarded",
                "x-envoy-fault-abort-grpc-request|7|200 \"grpc 7 fault filter abort\"",
                "x-envoy-fault-delay-request|0|forwarded",
                "x-envoy-fault-delay-request|-1|forwarded",
                "x-envoy-fault-delay-request|10|''",
                "x-other|10|forwarded"
            })
    void theRequestSaysWhatHappens(String name, String value, String expected) {
        Fault byHeader = fault(new Fault.Delay(null, ALL), new Fault.Abort(0, -1, ALL));
        assertThat(rig(byHeader, name, value).run()).isEqualTo(expected);
    }

    @Test
    void aRequestLowersItsShareButNeverRaisesIt() {
        Fault always = fault(null, new Fault.Abort(0, -1, ALL));
        Fault never = fault(null, new Fault.Abort(0, -1, new Fraction(0, 100)));
        String share = "x-envoy-fault-abort-request-percentage";
        String status = "x-envoy-fault-abort-request";
        assertThat(rig(always, status, "500", share, "0").run()).isEqualTo(FORWARDED);
        assertThat(rig(always, status, "500", share, "x").run()).contains("500");
        assertThat(rig(never, status, "500", share, "100").run()).isEqualTo(FORWARDED);
    }

    @Test
    void onlyRequestsThatMatchAreHit() {
        Fault narrow = new Fault(
                null,
                new Fault.Abort(500, -1, ALL),
                "backend",
                List.of(HeaderMatcher.of("x-test", StringMatcher.exact("1"))),
                List.of("n1", "n2"),
                Long.MAX_VALUE);
        String[] right = {"x-test", "1", "x-envoy-downstream-service-node", "n2"};
        assertThat(rig(narrow, right).run()).contains("500");
        assertThat(rig(narrow, "x-test", "2", "x-envoy-downstream-service-node", "n2")
                        .run())
                .isEqualTo(FORWARDED);
        assertThat(rig(narrow, "x-test", "1", "x-envoy-downstream-service-node", "n3")
                        .run())
                .isEqualTo(FORWARDED);
        FilterRig elsewhere = rig(narrow, right);
        elsewhere.context.cluster = "other";
        assertThat(elsewhere.run()).isEqualTo(FORWARDED);
    }

    @Test
    void theMostSpecificConfigurationHolds() {
        assertThat(new FilterRig(
                                filters.create(abort(500), List.of(abort(501), abort(502)), "test", 0),
                                FilterRig.head("GET"))
                        .run())
                .contains("501");
        assertThat(filters.create(abort(500), List.of(Fault.NONE), "test", 0)).isNull();
    }

    @Test
    void aBrokenExpressionIsRefused() {
        HeaderMatcher broken = HeaderMatcher.of("x", new StringMatcher.Regex("("));
        Fault fault = new Fault(null, null, "", List.of(broken), List.of(), 1);
        assertThatThrownBy(() -> filters.check(fault)).isInstanceOf(IllegalArgumentException.class);
        filters.check(abort(500));
    }
}
