package dev.weft.balance;

import static dev.weft.balance.HealthCheckState.Change.CHANGED;
import static dev.weft.balance.HealthCheckState.Change.NONE;
import static dev.weft.balance.HealthCheckState.Change.PENDING;
import static dev.weft.balance.HealthCheckState.Result.DEGRADED;
import static dev.weft.balance.HealthCheckState.Result.NETWORK;
import static dev.weft.balance.HealthCheckState.Result.PASSED;
import static dev.weft.balance.HealthCheckState.Result.REFUSED;
import static dev.weft.balance.HealthCheckState.Result.RETRIABLE;
import static dev.weft.balance.HealthCheckState.Result.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.balance.HealthCheckState.Change;
import dev.weft.balance.HealthCheckState.Result;
import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What results in a row come to, by table and against a history that is read anew each time. */
class HealthCheckStateTest {
    private final Endpoint endpoint = new Endpoint(new Address("10.0.0.1", 80));

    private static HealthCheckPolicy policy(int unhealthy, int healthy) {
        return new HealthCheckPolicy(unhealthy, healthy, 10, 11, 12, 13, 14, 15, 0, 0, 0);
    }

    private HealthCheckState state(int unhealthy, int healthy) {
        HealthCheckState.await(endpoint, true);
        return new HealthCheckState(endpoint, policy(unhealthy, healthy));
    }

    @Test
    void theFirstResultDecidesAlone() {
        HealthCheckState state = state(3, 3);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.UNHEALTHY);
        assertThat(state.result(PASSED)).isEqualTo(CHANGED);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        HealthCheckState other = state(3, 3);
        assertThat(other.result(NETWORK)).isEqualTo(NONE);
        assertThat(other.result(PASSED)).isEqualTo(PENDING);
        assertThat(other.result(PASSED)).isEqualTo(PENDING);
        assertThat(other.result(PASSED)).isEqualTo(CHANGED);
    }

    @Test
    void failuresMustComeInARowAndARefusalNeedNot() {
        HealthCheckState state = state(3, 2);
        state.result(PASSED);
        assertThat(state.result(NETWORK)).isEqualTo(PENDING);
        assertThat(state.result(RETRIABLE)).isEqualTo(PENDING);
        assertThat(state.result(PASSED)).isEqualTo(NONE);
        assertThat(state.result(TIMEOUT)).isEqualTo(PENDING);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        assertThat(state.result(REFUSED)).isEqualTo(CHANGED);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.UNHEALTHY);
    }

    @Test
    void aTimeoutIsToldForAsLongAsItIsTheReason() {
        HealthCheckState state = state(1, 1);
        state.result(PASSED);
        state.result(TIMEOUT);
        assertThat(endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT)).isTrue();
        state.result(NETWORK);
        assertThat(endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT)).isFalse();
        state.result(TIMEOUT);
        state.result(PASSED);
        assertThat(endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT)).isFalse();
    }

    @Test
    void degradedComesAndGoesAtOnce() {
        HealthCheckState state = state(1, 3);
        assertThat(state.result(DEGRADED)).isEqualTo(CHANGED);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.DEGRADED);
        assertThat(state.result(DEGRADED)).isEqualTo(NONE);
        assertThat(state.result(PASSED)).isEqualTo(CHANGED);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
    }

    @Test
    void whoIsNotCountedUncheckedCountsFromTheFirstResultOn() {
        HealthCheckState.await(endpoint, false);
        HealthCheckState state = new HealthCheckState(endpoint, policy(1, 1));
        assertThat(endpoint.isExcluded()).isTrue();
        assertThat(state.result(NETWORK)).isEqualTo(CHANGED);
        assertThat(endpoint.isExcluded()).isFalse();
    }

    @Test
    void whoServesAlreadyGoesOnUntilItFails() {
        HealthCheckState state = new HealthCheckState(endpoint, policy(2, 1));
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        assertThat(state.result(NETWORK)).isEqualTo(PENDING);
        assertThat(state.result(TIMEOUT)).isEqualTo(CHANGED);
        HealthCheckState.forget(endpoint);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        assertThat(endpoint.has(HealthFlag.ACTIVE_HC_TIMEOUT)).isFalse();
    }

    @Test
    void aNewPolicyTakesTheEndpointAsItIs() {
        HealthCheckState state = state(1, 1);
        state.result(PASSED);
        HealthCheckState next = new HealthCheckState(state, policy(2, 2));
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
        assertThat(next.result(NETWORK)).isEqualTo(PENDING);
        assertThat(next.result(NETWORK)).isEqualTo(CHANGED);
    }

    @Test
    void intervalsFollowTheResult() {
        HealthCheckState state = state(2, 2);
        HealthCheckPolicy policy = policy(2, 2);
        SplittableRandom random = new SplittableRandom(1);
        long millis = 1_000_000; // below a millisecond nothing is told apart
        HealthCheckPolicy slow = new HealthCheckPolicy(
                2, 2, 10 * millis, 11 * millis, 12 * millis, 13 * millis, 14 * millis, 15 * millis, 0, 0, 0);
        List<Long> waits = new ArrayList<>();
        for (Result result : List.of(NETWORK, PASSED, PASSED, PASSED, NETWORK, NETWORK)) {
            waits.add(slow.interval(state.next(result, state.result(result)), true, random) / millis);
        }
        assertThat(waits).containsExactly(12L, 11L, 10L, 10L, 13L, 12L);
        assertThat(slow.interval(HealthCheckPolicy.Next.HEALTHY, false, random)).isEqualTo(15 * millis);
        assertThat(slow.interval(HealthCheckPolicy.Next.HEALTHY_EDGE, false, random))
                .isEqualTo(14 * millis);
        assertThat(policy.interval(HealthCheckPolicy.Next.HEALTHY, true, random))
                .isEqualTo(millis);
    }

    @Test
    void jitterSpreadsOverAllItMay() {
        HealthCheckPolicy policy = new HealthCheckPolicy(1, 1, 100_000_000, 0, 0, 0, 0, 0, 50_000_000, 20_000_000, 10);
        SplittableRandom random = new SplittableRandom(7);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            long wait = policy.interval(HealthCheckPolicy.Next.HEALTHY, true, random);
            assertThat(wait).isBetween(100_000_000L, 130_000_000L);
            least = Math.min(least, wait);
            most = Math.max(most, wait);
            assertThat(policy.first(random)).isBetween(1_000_000L, 50_000_000L);
        }
        assertThat(least).isLessThan(102_000_000L);
        assertThat(most).isGreaterThan(128_000_000L);
        assertThat(policy(1, 1).first(random)).isZero();
    }

    /** The oracle keeps all results and looks through them backwards. */
    @Test
    void agreesWithTheWholeHistory() {
        SplittableRandom random = new SplittableRandom(42);
        for (int run = 0; run < 2_000; run++) {
            int unhealthy = random.nextInt(5);
            int healthy = random.nextInt(5);
            HealthCheckState state = state(unhealthy, healthy);
            List<Result> history = new ArrayList<>();
            boolean passing = false;
            int since = 0; // index of the result that turned it last
            for (int i = 0; i < 40; i++) {
                Result result = Result.values()[random.nextInt(Result.values().length)];
                history.add(result);
                Change change = state.result(result);
                boolean before = passing;
                passing = passes(history, since, before, unhealthy, healthy);
                since = passing == before ? since : i + 1;
                assertThat(!endpoint.has(HealthFlag.FAILED_ACTIVE_HC))
                        .as("%s after %d, %d/%d", history, since, unhealthy, healthy)
                        .isEqualTo(passing);
                if (passing != before) {
                    assertThat(change).isEqualTo(CHANGED);
                }
            }
        }
    }

    private static boolean passes(List<Result> history, int since, boolean before, int unhealthy, int healthy) {
        Result last = history.getLast();
        if (history.size() == 1) {
            return last.isPassed();
        }
        if (last.isPassed() == before) {
            return before;
        }
        if (before && last == REFUSED) {
            return false;
        }
        int inARow = 0;
        for (int i = history.size() - 1; i >= since && history.get(i).isPassed() == last.isPassed(); i--) {
            inARow++;
        }
        return inARow == (before ? unhealthy : healthy) ? !before : before;
    }
}
