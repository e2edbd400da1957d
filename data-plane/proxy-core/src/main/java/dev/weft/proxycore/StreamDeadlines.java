package dev.weft.proxycore;

import dev.weft.net.TimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one stream, under one timer. Its connection keeps it for a later stream, so that a request brings no
 * timer of its own into the wheel. All times are values of {@link System#nanoTime()}.
 */
final class StreamDeadlines extends TimerWheel.Timer {
    private final TimerWheel timers;
    private @Nullable Exchange exchange;

    @Nullable
    StreamDeadlines below; // in its connection's stack of spare ones

    private long startNanos;
    private long lastActivityNanos;
    private boolean requestEnded;
    private long requestEndNanos;
    private boolean headArrived;
    private long totalNanos;
    private long toHeadNanos;
    private long idleNanos;
    private long maxNanos;

    StreamDeadlines(TimerWheel timers) {
        this.timers = timers;
    }

    void begin(Exchange of) {
        exchange = of;
        startNanos = of.startNanos;
        lastActivityNanos = startNanos;
        requestEnded = false;
        requestEndNanos = startNanos;
        headArrived = false;
        totalNanos = 0;
        toHeadNanos = 0;
        idleNanos = 0;
        maxNanos = 0;
    }

    void end() {
        exchange = null;
        clear();
    }

    /**
     * Sets the deadlines once it is known which route the stream takes.
     *
     * @param total from the end of the request until the response is complete (as Envoy's); 0 = none
     * @param toHead from the end of the request until the response's head; 0 = none
     * @param idle without any activity; 0 = none
     * @param max from the stream's beginning to its end; 0 = none
     * @param ended the whole request is here already
     */
    void set(long total, long toHead, long idle, long max, boolean ended) {
        maxNanos = max;
        totalNanos = total;
        toHeadNanos = toHead;
        idleNanos = idle;
        requestEnded = ended;
        arm();
    }

    /** A filter has held the stream up, which is nobody's time but its own. */
    void resumed() {
        requestEndNanos = System.nanoTime();
        lastActivityNanos = requestEndNanos;
    }

    /** Bytes moved. */
    void active() {
        lastActivityNanos = System.nanoTime();
    }

    /** Request bytes moved; at the end of its request a stream's clock is set already. */
    void requestActive() {
        if (!requestEnded) {
            active();
        }
    }

    /** The whole request is here: what waits for the response begins to count. */
    void requestEnded() {
        requestEnded = true;
        requestEndNanos = System.nanoTime();
        lastActivityNanos = requestEndNanos;
        arm();
    }

    /** Nanoseconds from the end of the request. */
    long sinceRequestEnd(long now) {
        return now - requestEndNanos;
    }

    void headArrived(long now) {
        headArrived = true;
        lastActivityNanos = now;
    }

    private void arm() {
        long nanos = Long.MAX_VALUE; // from startNanos on
        if (requestEnded) {
            long before = requestEndNanos - startNanos;
            if (totalNanos > 0) {
                nanos = before + totalNanos;
            }
            if (toHeadNanos > 0 && !headArrived) {
                nanos = Math.min(nanos, before + toHeadNanos);
            }
        }
        if (idleNanos > 0) {
            nanos = Math.min(nanos, lastActivityNanos - startNanos + idleNanos);
        }
        if (maxNanos > 0) {
            nanos = Math.min(nanos, maxNanos);
        }
        if (nanos == Long.MAX_VALUE) {
            clear();
        } else {
            timers.setAt(this, startNanos + nanos);
        }
    }

    @Override
    protected void expired() {
        Exchange current = exchange;
        if (current == null) {
            return;
        }
        long now = System.nanoTime();
        if (maxNanos > 0 && now - startNanos >= maxNanos) {
            current.lastedTooLong();
        } else if (isTimedOut(now)) {
            current.timedOut();
        } else if (idleNanos > 0 && now - lastActivityNanos >= idleNanos) {
            current.idle();
        } else {
            arm();
        }
    }

    private boolean isTimedOut(long now) {
        long elapsed = now - requestEndNanos;
        return requestEnded
                && (totalNanos > 0 && elapsed >= totalNanos
                        || toHeadNanos > 0 && !headArrived && elapsed >= toHeadNanos);
    }
}
