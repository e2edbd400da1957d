package dev.weft.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop: a hashed wheel with ticks of {@value #TICK_MILLIS} ms. A deadline that only ever moves
 * into the future (idle and request time-outs) costs one field write: its timer stays where it is in the wheel and is put
 * back when found early. The loop is woken only for ticks that hold a timer.
 *
 * <p>Threads: confined to the loop.
 */
public final class TimerWheel {
    private static final int TICK_MILLIS = 10;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int SLOTS = 1024; // one turn = 10.24 s; longer deadlines are put back once per turn
    private static final long NEVER = Long.MAX_VALUE;

    private final EventLoop loop;
    private final Timer[] slots = new Timer[SLOTS];
    private final Timer due = new Timer.Head();
    private final Runnable tick = this::tick;
    private final Ticker clock; // the loop's: a test's loop may have a clock of its own
    private final long clockOffset; // to System.nanoTime()
    private final long origin;
    private long done; // all ticks up to this one have been run
    private long scheduled = NEVER; // tick the loop will wake up for
    private @Nullable Future<?> wakeUp;

    public TimerWheel(EventLoop loop) {
        this.loop = loop;
        this.clock = loop.ticker();
        this.clockOffset = System.nanoTime() - clock.nanoTime();
        this.origin = now();
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Timer.Head();
        }
    }

    /** One deadline. Subclassed by whoever has something to do when it passes. */
    public abstract static class Timer {
        private @Nullable Timer previous;
        private @Nullable Timer next;
        private long tick; // where it is in the wheel, if it is
        private long deadline; // nanos; 0 = none

        /** The deadline has passed; it is no longer set. */
        protected abstract void expired();

        /** Whether a deadline is set. */
        public final boolean isSet() {
            return deadline != 0;
        }

        /** Forgets the deadline; costs one field write. The wheel keeps the timer until it comes across it, 10 s at most. */
        public final void clear() {
            deadline = 0;
        }

        /** Forgets the deadline and leaves the wheel: what a timer belongs to has ended, and must not be kept by it. */
        public final void discard() {
            deadline = 0;
            if (next != null) {
                unlink(this);
            }
        }

        private static final class Head extends Timer {
            @Override
            protected void expired() {
                throw new IllegalStateException("list head");
            }
        }
    }

    /** Sets or moves a timer's deadline to {@code nanos} from now. Fires up to a tick late, never early. */
    public void set(Timer timer, long nanos) {
        setAt(timer, now() + nanos);
    }

    /** The same with the deadline as a value of {@link System#nanoTime()}. */
    public void setAt(Timer timer, long deadline) {
        assert loop.inEventLoop();
        timer.deadline = deadline == 0 ? 1 : deadline;
        long at = Math.max(done + 1, (deadline - origin) / TICK_NANOS + 1);
        if (timer.next != null) {
            if (timer.tick <= at) {
                return; // found early, then put back
            }
            unlink(timer);
        }
        link(timer, Math.min(at, done + SLOTS - 1));
    }

    private long now() {
        return clock.nanoTime() + clockOffset;
    }

    private void link(Timer timer, long at) {
        Timer head = slots[(int) (at & SLOTS - 1)];
        timer.tick = at;
        Timer last = head.previous == null ? head : head.previous;
        timer.previous = last;
        timer.next = head;
        last.next = timer;
        head.previous = timer;
        if (at < scheduled) {
            wakeAt(at);
        }
    }

    private static void unlink(Timer timer) {
        Timer previous = java.util.Objects.requireNonNull(timer.previous);
        Timer next = java.util.Objects.requireNonNull(timer.next);
        previous.next = next;
        next.previous = previous;
        timer.previous = null;
        timer.next = null;
    }

    private void wakeAt(long at) {
        if (wakeUp != null) {
            wakeUp.cancel(false);
        }
        scheduled = at;
        long delay = origin + at * TICK_NANOS - now();
        wakeUp = loop.schedule(tick, Math.max(0, delay), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        wakeUp = null;
        long now = now();
        long until = (now - origin) / TICK_NANOS;
        if (until < scheduled) {
            wakeAt(scheduled); // the loop's clock runs ahead of ours
            return;
        }
        // Whoever is put back meanwhile wakes nobody: those already in the wheel may be due before him.
        scheduled = until;
        long from = Math.max(done + 1, until - SLOTS + 1);
        done = until;
        try {
            for (long at = from; at <= until; at++) {
                run(slots[(int) (at & SLOTS - 1)], now);
            }
        } finally {
            scheduleNext();
        }
    }

    private void run(Timer head, long now) {
        Timer first = head.next;
        Timer last = head.previous;
        if (first == null || last == null || first == head) {
            return;
        }
        // Taken out as a whole first: a timer put back may land in this very slot, one turn later.
        due.next = first;
        first.previous = due;
        due.previous = last;
        last.next = due;
        head.next = head;
        head.previous = head;
        for (Timer timer = due.next; timer != due; timer = due.next) {
            unlink(timer);
            if (timer.deadline != 0) {
                if (timer.deadline - now <= 0) {
                    timer.deadline = 0;
                    timer.expired();
                } else {
                    setAt(timer, timer.deadline);
                }
            }
        }
    }

    private void scheduleNext() {
        scheduled = NEVER;
        for (long at = done + 1; at < done + SLOTS; at++) {
            Timer head = slots[(int) (at & SLOTS - 1)];
            if (head.next != null && head.next != head) {
                wakeAt(at);
                return;
            }
        }
    }
}
