package dev.weft.balance;

import static dev.weft.balance.OverloadAction.CLOSE_IDLE;
import static dev.weft.balance.OverloadAction.SHED;
import static dev.weft.balance.OverloadAction.STOP_ACCEPTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OverloadStateTest {
    private final OverloadState state = new OverloadState();

    private OverloadState at(OverloadResource resource, double pressure) {
        state.pressure(resource, pressure);
        state.settle();
        return state;
    }

    @Test
    void eachActionBeginsAtItsShare() {
        assertThat(at(OverloadResource.HEAP, 0.8999).active()).isEmpty();
        assertThat(at(OverloadResource.HEAP, 0.90).active()).containsExactly(CLOSE_IDLE);
        assertThat(at(OverloadResource.HEAP, 0.95).active()).containsExactly(CLOSE_IDLE, SHED);
        assertThat(at(OverloadResource.HEAP, 0.98).active()).containsExactly(CLOSE_IDLE, SHED, STOP_ACCEPTING);
    }

    @Test
    void anActionGoesOnUntilThePressureIsClearlyBelow() {
        at(OverloadResource.CGROUP_MEMORY, 1.2);
        assertThat(at(OverloadResource.CGROUP_MEMORY, 0.951).active()).contains(STOP_ACCEPTING);
        assertThat(at(OverloadResource.CGROUP_MEMORY, 0.949).active()).containsExactly(CLOSE_IDLE, SHED);
        assertThat(at(OverloadResource.CGROUP_MEMORY, 0.919).active()).containsExactly(CLOSE_IDLE);
        assertThat(at(OverloadResource.CGROUP_MEMORY, 0.871).active()).containsExactly(CLOSE_IDLE);
        assertThat(at(OverloadResource.CGROUP_MEMORY, 0.869).active()).isEmpty();
    }

    @Test
    void requestsAreNotRefusedForDescriptors() {
        assertThat(at(OverloadResource.OPEN_FILES, 1).active()).containsExactly(CLOSE_IDLE, STOP_ACCEPTING);
        assertThat(at(OverloadResource.CONNECTIONS, 1).active()).containsExactly(CLOSE_IDLE, STOP_ACCEPTING);
        assertThat(at(OverloadResource.HEAP, 0.96).active()).contains(SHED);
        assertThat(state.worst(SHED)).isEqualTo(OverloadResource.HEAP);
        assertThat(state.worst(CLOSE_IDLE)).isEqualTo(OverloadResource.CONNECTIONS);
    }

    @Test
    void aChangeIsToldOnce() {
        state.pressure(OverloadResource.HEAP, 0.91);
        assertThat(state.settle()).isTrue();
        assertThat(state.settle()).isFalse();
        state.pressure(OverloadResource.HEAP, 0);
        assertThat(state.settle()).isTrue();
        assertThat(state.settle()).isFalse();
    }

    /** The oracle has no state: it looks back to the last moment at which the pressure was outside the margin. */
    @Test
    void whateverThePressuresDoTheLastClearWordHolds() {
        SplittableRandom random = new SplittableRandom(17);
        Deque<Map<OverloadResource, Double>> past = new ArrayDeque<>();
        Map<OverloadResource, Double> now = new EnumMap<>(OverloadResource.class);
        for (OverloadResource resource : OverloadResource.values()) {
            now.put(resource, 0.0);
        }
        int changes = 0;
        for (int i = 0; i < 20_000; i++) {
            OverloadResource moved = OverloadResource.values()[random.nextInt(OverloadResource.values().length)];
            double pressure = random.nextInt(4) == 0 ? random.nextDouble() : 0.85 + 0.15 * random.nextDouble();
            now.put(moved, pressure);
            past.push(new EnumMap<>(now));
            state.pressure(moved, pressure);
            changes += state.settle() ? 1 : 0;
            for (OverloadAction action : OverloadAction.values()) {
                assertThat(state.active().contains(action)).isEqualTo(lastClearWord(past, action));
            }
        }
        assertThat(changes).isGreaterThan(1000);
    }

    private static boolean lastClearWord(Deque<Map<OverloadResource, Double>> past, OverloadAction action) {
        for (Map<OverloadResource, Double> moment : past) {
            double highest = moment.entrySet().stream()
                    .filter(e -> action != SHED
                            || e.getKey() == OverloadResource.HEAP
                            || e.getKey() == OverloadResource.DIRECT_MEMORY
                            || e.getKey() == OverloadResource.CGROUP_MEMORY)
                    .mapToDouble(Map.Entry::getValue)
                    .max()
                    .orElseThrow();
            if (highest >= action.threshold()) {
                return true;
            }
            if (highest < action.threshold() - 0.03) {
                return false;
            }
        }
        return false;
    }
}
