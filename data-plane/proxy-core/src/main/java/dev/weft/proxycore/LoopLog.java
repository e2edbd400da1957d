package dev.weft.proxycore;

import dev.weft.net.TimerWheel;
import java.util.concurrent.TimeUnit;

/**
 * The lines of one loop for one output: gathered, so that a line costs neither an object nor a hand-over, and given to the
 * writer's thread when there are {@value #FULL} bytes of them or the first is {@value #OLD_MILLIS} ms old. Confined to its
 * loop.
 */
final class LoopLog extends TimerWheel.Timer {
    private static final int FULL = 30 * 1024; // a line of 2 KiB more still fits into an array of 32
    private static final int OLD_MILLIS = 200;

    private final TimerWheel timers;
    private final LogWriter.Output output;
    private LogLine lines = new LogLine();
    private int count;

    LoopLog(TimerWheel timers, LogWriter.Output output) {
        this.timers = timers;
        this.output = output;
    }

    /** Adds the line for what ended. */
    void write(LogFormat format, LogSource source) {
        format.write(source, lines);
        count++;
        if (lines.length() >= FULL) {
            handOver();
        } else if (!isSet()) {
            timers.set(this, TimeUnit.MILLISECONDS.toNanos(OLD_MILLIS));
        }
    }

    @Override
    protected void expired() {
        handOver();
    }

    /** Gives what there is to the writer's thread. */
    void handOver() {
        clear();
        if (count > 0) {
            int n = count;
            count = 0;
            LogLine full = lines;
            lines = output.blank();
            output.offer(full, n);
        }
    }
}
