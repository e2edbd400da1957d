package dev.weft.xdsclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Backoff;
import java.time.Duration;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** When proxies come back to a control plane that was away for long (docs/adr/0011). */
class ReconnectTest {
    /** How long a restarted control plane keeps the leases it remembers. */
    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);

    private static final Duration AWAY = Duration.ofMinutes(10);
    private static final int PROXIES = 5_000;

    /** The share of proxies whose first try comes later than this after the control plane is back. */
    private static double late(Function<RandomGenerator, Backoff> backoff, Duration limit) {
        int late = 0;
        for (int proxy = 0; proxy < PROXIES; proxy++) {
            Backoff waits = backoff.apply(new Random(proxy));
            long now = 0;
            while (now < AWAY.toNanos()) {
                now += waits.next().toNanos();
            }
            if (now - AWAY.toNanos() > limit.toNanos()) {
                late++;
            }
        }
        return (double) late / PROXIES;
    }

    @Test
    void everyProxyIsBackWhileItsLeaseIsRemembered() {
        Duration leavesTimeForASecondTry = TIME_TO_LIVE.minusSeconds(6); // a connection attempt takes at most 5 s
        assertThat(late(ControlPlane::newBackoff, leavesTimeForASecondTry)).isZero();
    }

    /** The usual cap: the check above can fail, and this is how. */
    @Test
    void withACapOfThirtySecondsAQuarterWouldLoseTheirLeases() {
        double late = late(
                random -> new Backoff(Duration.ofMillis(50), ControlPlane.BACKOFF_BASE, Duration.ofSeconds(30), random),
                TIME_TO_LIVE);
        assertThat(late).isBetween(0.22, 0.28);
    }

    /** Coming back all at once would be a storm: the first tries are spread over the whole cap. */
    @Test
    void theFirstTriesAreSpread() {
        double inTheFirstSecond = 1 - late(ControlPlane::newBackoff, Duration.ofSeconds(1));
        assertThat(inTheFirstSecond).isBetween(0.20, 0.27);
    }
}
