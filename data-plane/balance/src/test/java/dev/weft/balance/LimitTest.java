package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LimitTest {
    @Test
    void neverHoldsMoreThanTheMaximum() throws InterruptedException {
        Limit limit = new Limit(3);
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 50_000; i++) {
                    if (limit.tryAcquire()) {
                        most.accumulateAndGet(held.incrementAndGet(), Math::max);
                        held.decrementAndGet();
                        limit.release();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, 3);
        assertThat(limit.held()).isZero();
    }

    @Test
    void loweringTheMaximumKeepsWhatIsHeld() {
        Limit limit = new Limit(2);
        assertThat(limit.tryAcquire()).isTrue();
        assertThat(limit.tryAcquire()).isTrue();
        limit.max(1);
        assertThat(limit.tryAcquire()).isFalse();
        limit.release();
        assertThat(limit.tryAcquire()).isFalse();
        limit.release();
        assertThat(limit.tryAcquire()).isTrue();
    }

    @Test
    void zeroRefusesAll() {
        assertThat(new Limit(0).tryAcquire()).isFalse();
    }

    @Test
    void splitFollowsTheWeights() {
        WeightedSplit split = new WeightedSplit(90, 0, 10);
        SplittableRandom random = new SplittableRandom(3);
        int[] counts = new int[3];
        for (int i = 0; i < 1_000_000; i++) {
            counts[split.pick(random)]++;
        }
        assertThat(counts[1]).isZero();
        assertThat(counts[2]).isBetween(98_500, 101_500); // five standard deviations
        assertThatThrownBy(() -> new WeightedSplit(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
