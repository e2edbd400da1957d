package dev.weft.balance;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whose turn it is in round robin. It outlives the host sets, so that a change of membership does not send everyone back
 * to the first host; it starts at random, so that many proxies do not start at the same one.
 */
final class Turn {
    private final AtomicInteger next = new AtomicInteger(new SplittableRandom().nextInt());

    /** An unsigned number, one more at each call. */
    long take() {
        return Integer.toUnsignedLong(next.getAndIncrement());
    }
}
