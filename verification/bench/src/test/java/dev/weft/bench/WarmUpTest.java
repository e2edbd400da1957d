package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static int secondsOf(double... costs) {
        WarmUp warmUp = new WarmUp();
        for (double cost : costs) {
            if (warmUp.isOver()) {
                break;
            }
            warmUp.add(cost);
        }
        assertThat(warmUp.isOver()).isTrue();
        return warmUp.seconds();
    }

    @Test
    void aProxyThatCostsTheSameFromTheStartIsWarmAfterHalfAMinute() {
        assertThat(secondsOf(50, 49, 51, 50, 52)).isEqualTo(35);
    }

    @Test
    void oneThatBecomesCheaperIsWaitedFor() {
        assertThat(secondsOf(780, 219, 143, 85, 63, 81, 65, 62.6, 61, 50, 50, 50, 50, 50))
                .isEqualTo(80);
    }

    /** Something else took the machine for a while: dearer runs prove nothing. */
    @Test
    void aDisturbanceIsWaitedOut() {
        assertThat(secondsOf(100, 150, 160, 140, 80, 81, 80, 80, 80)).isEqualTo(55);
    }

    @Test
    void itIsGivenUpAfterTwoMinutes() {
        double[] costs = new double[40];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = 1_000 - 20 * i;
        }
        assertThat(secondsOf(costs)).isEqualTo(120);
    }
}
