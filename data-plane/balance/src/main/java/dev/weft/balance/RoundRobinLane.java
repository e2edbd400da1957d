package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In turn. With unequal weights a static stride schedule (gRFC A58's): the turn counter names a host and a round, and a
 * host of weight w (scaled so that the heaviest is 2¹⁶ − 1) is skipped in all but w of 2¹⁶ − 1 rounds, evenly spread. No
 * state but the counter, so all loops share it without a lock.
 */
final class RoundRobinLane<E extends Endpoint> extends HostLane<E> {
    private static final int FULL = 0xffff;

    private final Turn turn;
    private final int @Nullable [] strides;

    RoundRobinLane(List<E> hosts, double[] weights, @Nullable SlowStart slowStart, Turn turn) {
        super(hosts, slowStart);
        this.turn = turn;
        if (uniform(weights)) {
            strides = null;
            return;
        }
        double heaviest = 0;
        for (double weight : weights) {
            heaviest = Math.max(heaviest, weight);
        }
        strides = new int[weights.length];
        for (int i = 0; i < strides.length; i++) {
            // At least 1: a host of tiny weight still gets a request now and then.
            strides[i] = Math.max(1, (int) Math.round(weights[i] * FULL / heaviest));
        }
    }

    @Override
    @Nullable
    E choose(PickContext context) {
        int n = size();
        if (strides == null) {
            return allowedFrom((int) (turn.take() % n), context);
        }
        while (true) { // ends: the heaviest host is never skipped
            long sequence = turn.take();
            int i = (int) (sequence % n);
            long round = sequence / n;
            // Offset by host, or all hosts of equal weight would be skipped in the same round.
            long position = strides[i] * round + (long) i * (FULL / 2);
            if (position % FULL >= FULL - strides[i]) {
                return allowedFrom(i, context);
            }
        }
    }
}
