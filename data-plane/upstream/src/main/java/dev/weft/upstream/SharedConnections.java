package dev.weft.upstream;

import java.util.concurrent.TimeUnit;

/**
 * How many requests a connection to a proxy of ours carries before another one is made beside it (decision 9: the pool grows
 * with streams in flight and with loss). One connection is the cheapest, as one system call then carries what many requests
 * have to say; but a lost segment holds up all that are on it, so where segments get lost they are spread.
 *
 * <p>A state machine without I/O; confined to its loop.
 */
final class SharedConnections {
    /** Connections of one loop to one endpoint. */
    static final int MOST = 4;

    private static final int SHARE = 64;
    private static final int SHARE_WITH_LOSS = 8;
    private static final int PICKS_BETWEEN_LOOKS = 64;
    private static final long NANOS_BETWEEN_LOOKS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOSS_REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long NANOS_AFTER_FAILURE = TimeUnit.SECONDS.toNanos(1);

    private int picks;
    private boolean failed; // the last attempt at another connection
    private long failedAt;
    private long lookedAt;
    private long lost;
    private boolean lossy;
    private long lossyUntil;

    /** Requests on a connection from which another one is better. */
    int share() {
        return lossy ? SHARE_WITH_LOSS : SHARE;
    }

    /** Whether another connection may be tried beside so many: not in the second after an attempt that failed. */
    boolean mayGrow(int connections, long now) {
        return connections < MOST && (!failed || now - failedAt >= NANOS_AFTER_FAILURE);
    }

    /** How an attempt at a connection has ended. */
    void attempted(boolean succeeded, long now) {
        failed = !succeeded;
        failedAt = now;
    }

    /** Counts a pick; answers whether it is time to ask for the clock, which costs more than a pick. */
    boolean picked() {
        picks = (picks + 1) % PICKS_BETWEEN_LOOKS;
        return picks == 0;
    }

    /** Whether it is time to {@link #look}, which costs a system call per connection. */
    boolean isLookDue(long now) {
        return now - lookedAt >= NANOS_BETWEEN_LOOKS;
    }

    /** @param retransmitted by all connections since they began; one that has closed takes its share away */
    void look(long now, long retransmitted) {
        lookedAt = now;
        if (retransmitted > lost) {
            lossy = true;
            lossyUntil = now + LOSS_REMEMBERED_NANOS;
        } else if (lossy && now - lossyUntil >= 0) {
            lossy = false;
        }
        lost = retransmitted;
    }
}
