package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void staysBetweenFloorAndTheDoublingCeiling() {
        for (int seed = 0; seed < 200; seed++) {
            Backoff backoff =
                    new Backoff(Duration.ofMillis(5), Duration.ofMillis(25), Duration.ofMillis(250), new Random(seed));
            for (int attempt = 0; attempt < 80; attempt++) {
                long ceiling = attempt > 4 ? 250 : Math.min(250, 25L << attempt);
                assertThat(backoff.next()).isBetween(Duration.ofMillis(5), Duration.ofMillis(ceiling));
            }
            backoff.reset();
            assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(25));
        }
    }

    @Test
    void reachesTheCeilingSometimes() {
        Backoff backoff = new Backoff(Duration.ZERO, Duration.ofMillis(25), Duration.ofMillis(250), new Random(1));
        Duration longest = Duration.ZERO;
        for (int i = 0; i < 1000; i++) {
            Duration next = backoff.next();
            longest = next.compareTo(longest) > 0 ? next : longest;
        }
        assertThat(longest).isGreaterThan(Duration.ofMillis(240));
    }
}
