package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimerWheelTest {
    private final EventLoops loops = new EventLoops(1, "wheel");
    private final Loop loop = loops.loop(0);
    private final TimerWheel wheel = new TimerWheel(loop.netty());

    @AfterEach
    void close() {
        loops.close();
    }

    private static class Alarm extends TimerWheel.Timer {
        final CompletableFuture<Long> rang = new CompletableFuture<>();
        final AtomicInteger times = new AtomicInteger();

        @Override
        protected void expired() {
            times.incrementAndGet();
            rang.complete(System.nanoTime());
        }
    }

    /** One that is put back must not make those wait that were in the wheel before. */
    @Test
    void aTimerSetWhileAnotherExpiresDelaysNobody() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        TimerWheel frozen = new TimerWheel(channel.eventLoop());
        Alarm waiting = new Alarm();
        Alarm again = new Alarm() {
            @Override
            protected void expired() {
                frozen.set(this, Duration.ofHours(1).toNanos());
            }
        };
        frozen.set(waiting, Duration.ofSeconds(2).toNanos());
        frozen.set(again, Duration.ofSeconds(1).toNanos());
        for (int i = 0; i < 203; i++) { // ticks of 10 ms
            channel.advanceTimeBy(10, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(waiting.times).hasValue(1);
        channel.finishAndReleaseAll();
    }

    private void onLoop(Runnable task) throws Exception {
        loop.netty().submit(task).get(10, TimeUnit.SECONDS);
    }

    @Test
    void deadlinesPassNeverEarly() throws Exception {
        Alarm[] alarms = new Alarm[50];
        long start = System.nanoTime();
        onLoop(() -> {
            for (int i = 0; i < alarms.length; i++) {
                alarms[i] = new Alarm();
                wheel.set(alarms[i], Duration.ofMillis((i * 37) % 300).toNanos());
            }
        });
        for (int i = 0; i < alarms.length; i++) {
            assertThat(alarms[i].rang.get(10, TimeUnit.SECONDS) - start)
                    .isGreaterThanOrEqualTo(Duration.ofMillis((i * 37) % 300).toNanos());
            assertThat(alarms[i].times).hasValue(1);
        }
    }

    @Test
    void aDeadlineMovedOrClearedDoesNotPass() throws Exception {
        Alarm moved = new Alarm();
        Alarm cleared = new Alarm();
        Alarm earlier = new Alarm();
        CountDownLatch done = new CountDownLatch(1);
        Alarm last = new Alarm() {
            @Override
            protected void expired() {
                done.countDown();
            }
        };
        long start = System.nanoTime();
        onLoop(() -> {
            wheel.set(moved, Duration.ofMillis(50).toNanos());
            wheel.set(moved, Duration.ofMillis(400).toNanos());
            wheel.set(cleared, Duration.ofMillis(50).toNanos());
            cleared.clear();
            wheel.set(earlier, Duration.ofHours(1).toNanos());
            wheel.set(earlier, Duration.ofMillis(60).toNanos());
            wheel.set(last, Duration.ofMillis(600).toNanos());
        });
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(moved.rang.get() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(400).toNanos());
        assertThat(earlier.rang).isDone();
        assertThat(cleared.times).hasValue(0);
    }
}
