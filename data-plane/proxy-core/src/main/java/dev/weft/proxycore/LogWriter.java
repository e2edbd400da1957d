package dev.weft.proxycore;

import dev.weft.stats.Counter;
import dev.weft.stats.StatsRegistry;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines on a thread of its own, so that a slow disk never stops a loop. Lines wait in memory, {@value
 * #MAX_WAITING} characters at most; more are dropped and counted.
 */
final class LogWriter implements AutoCloseable {
    private static final long MAX_WAITING = 4 << 20;
    private static final int PERIOD_MILLIS = 200;

    private final Map<String, Output> outputs = new ConcurrentHashMap<>();
    private final Counter dropped;
    private @Nullable Thread thread; // started with the first output; guarded by this
    private volatile boolean closed;

    LogWriter(StatsRegistry stats) {
        dropped = stats.counter("weft_access_log_dropped_total", "Access-log lines that could not be written");
    }

    /** The output of a path; the same for all who name it. Control thread. */
    synchronized Output output(String path) {
        if (thread == null) {
            thread = new Thread(this::run, "weft-access-log");
            thread.setDaemon(true);
            thread.start();
        }
        return outputs.computeIfAbsent(path, Output::new);
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(PERIOD_MILLIS);
            } catch (InterruptedException e) {
                break;
            }
            outputs.values().forEach(Output::drain);
        }
        outputs.values().forEach(Output::close);
    }

    private void drop(int lines) {
        synchronized (dropped) { // several loops may drop at once
            dropped.add(0, lines);
        }
    }

    @Override
    public void close() {
        Thread writer;
        synchronized (this) {
            closed = true;
            writer = thread;
        }
        if (writer != null) {
            writer.interrupt();
            try {
                writer.join(2000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One file. Lines are offered by any loop, written by the writer's thread. */
    final class Output {
        private final String path;
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final AtomicLong waiting = new AtomicLong();
        private @Nullable OutputStream stream;

        Output(String path) {
            this.path = path;
        }

        void offer(String line) {
            if (waiting.addAndGet(line.length()) > MAX_WAITING) {
                waiting.addAndGet(-line.length());
                drop(1);
                return;
            }
            lines.add(line);
        }

        private void drain() {
            StringBuilder all = new StringBuilder();
            int count = 0;
            for (String line = lines.poll(); line != null; line = lines.poll()) {
                all.append(line);
                count++;
                waiting.addAndGet(-line.length());
            }
            if (all.isEmpty()) {
                return;
            }
            try {
                OutputStream out = stream;
                if (out == null) {
                    out = new FileOutputStream(path, true);
                    stream = out;
                }
                out.write(all.toString().getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                drop(count); // a full disk must not stop traffic; the counter tells
            }
        }

        private void close() {
            drain();
            try {
                if (stream != null) {
                    stream.close();
                }
            } catch (IOException e) {
                drop(1); // its last bytes may be lost
            }
        }
    }
}
