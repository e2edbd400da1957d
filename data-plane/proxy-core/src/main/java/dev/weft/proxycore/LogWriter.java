package dev.weft.proxycore;

import dev.weft.base.Log;
import dev.weft.stats.Counter;
import dev.weft.stats.StatsRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines on threads of its own, one for each output, so that a slow disk stops neither a loop nor another output. Lines
 * wait in memory, {@value #MAX_WAITING} bytes of an output at most; more are dropped and counted. That an output cannot be
 * written, and that it can again, is said in the process's log.
 *
 * <p>{@code /dev/stdout} and {@code /dev/stderr} are the descriptors this process was given. To open them by those names
 * would fail where they are a pipe or file of another user, as for a sidecar whose supervisor is root.
 */
final class LogWriter implements AutoCloseable {
    static final String STDOUT = "/dev/stdout";
    static final String STDERR = "/dev/stderr";
    private static final long MAX_WAITING = 4 << 20;
    private static final int PERIOD_MILLIS = 200;
    private static final int CLOSE_MILLIS = 2000;

    /** Bytes of an output that are not left to wait for the period's end. */
    private static final int MANY = 512 * 1024;

    private final Map<String, Output> outputs = new ConcurrentHashMap<>();
    private final Counter dropped;
    private final Log log;
    private final RefusalLog refusals;
    private final AtomicReference<@Nullable Thread> refusing = new AtomicReference<>(); // from the first refusal on
    private volatile boolean closed;

    LogWriter(StatsRegistry stats, Log log) {
        this.log = log;
        this.refusals = new RefusalLog(log);
        dropped = stats.counter("weft_access_log_dropped_total", "Access-log lines that could not be written");
    }

    /** The output of a path; the same for all who name it. Control thread. */
    Output output(String path) {
        return outputs.computeIfAbsent(path, name -> {
            Output output = new Output(name);
            output.thread.start();
            return output;
        });
    }

    /** A malformed request that no access log tells of. Any loop. */
    void refused(InetSocketAddress remote, int status, String details) {
        refusals.refused(remote, status, details);
        if (refusing.get() == null && !closed) {
            Thread thread = thread("weft-refusals", this::writeRefusals);
            if (refusing.compareAndSet(null, thread)) {
                thread.start();
            }
        }
    }

    private void writeRefusals() {
        while (!closed) {
            pause();
            refusals.write(System.nanoTime());
        }
        refusals.write();
    }

    private void pause() {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void drop(int lines) {
        synchronized (dropped) { // several loops may drop at once
            dropped.add(0, lines);
        }
    }

    @Override
    public void close() {
        closed = true;
        List<Thread> threads = new ArrayList<>();
        outputs.values().forEach(output -> threads.add(output.thread));
        Thread refusals = refusing.get();
        if (refusals != null) {
            threads.add(refusals);
        }
        threads.forEach(LockSupport::unpark);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Lines(LogLine text, int count) {}

    /**
     * One file. Lines are offered by any loop, written by its thread, and their arrays used again: they wait for so
     * long that the collector would take new ones for objects that stay, and the heap would grow.
     */
    final class Output {
        /** What is worth keeping: {@link #MANY} bytes wait in 17 of them. */
        private static final int MOST_SPARE = 32;

        private static final int LARGEST_SPARE = 64 * 1024;

        private final String path;
        private final ConcurrentLinkedQueue<Lines> queue = new ConcurrentLinkedQueue<>();
        private final AtomicLong waiting = new AtomicLong();
        private final ConcurrentLinkedQueue<LogLine> spare = new ConcurrentLinkedQueue<>();
        private final AtomicInteger spares = new AtomicInteger();
        private final Thread thread = thread("weft-access-log", this::run);
        private @Nullable OutputStream stream; // confined to the thread, as all below
        private boolean failing;
        private long lost; // lines, since it fails

        Output(String path) {
            this.path = path;
        }

        private void run() {
            while (!closed) {
                pause();
                drain();
            }
            close();
        }

        /** Room for lines. Any thread. */
        LogLine blank() {
            LogLine used = spare.poll();
            if (used == null) {
                return new LogLine();
            }
            spares.decrementAndGet();
            return used;
        }

        /** Takes lines over. Any thread. */
        void offer(LogLine text, int count) {
            if (waiting.addAndGet(text.length()) > MAX_WAITING) {
                waiting.addAndGet(-text.length());
                drop(count);
                return;
            }
            queue.add(new Lines(text, count));
            if (waiting.get() > MANY) {
                LockSupport.unpark(thread);
            }
        }

        private void drain() {
            if (queue.isEmpty() && spare.poll() != null) {
                spares.decrementAndGet(); // after a busy time the arrays go one by one
            }
            for (Lines lines = queue.poll(); lines != null; lines = queue.poll()) {
                LogLine text = lines.text();
                waiting.addAndGet(-text.length());
                try {
                    OutputStream out = stream;
                    if (out == null) {
                        out = open();
                        stream = out;
                    }
                    out.write(text.bytes(), 0, text.length());
                    written();
                } catch (IOException e) {
                    failed(lines.count(), e); // a full disk must not stop traffic
                }
                keep(text);
            }
        }

        private void keep(LogLine text) {
            if (text.bytes().length <= LARGEST_SPARE && spares.get() < MOST_SPARE) {
                text.clear();
                spare.add(text);
                spares.incrementAndGet();
            }
        }

        private OutputStream open() throws IOException {
            return switch (path) {
                case STDOUT -> new FileOutputStream(FileDescriptor.out);
                case STDERR -> new FileOutputStream(FileDescriptor.err);
                default -> new FileOutputStream(path, true);
            };
        }

        private void failed(int count, IOException why) {
            drop(count);
            lost += count;
            if (!failing) {
                failing = true;
                log.warn("access log " + path + " cannot be written, its lines are lost: " + why.getMessage());
            }
        }

        private void written() {
            if (failing) {
                log.info("access log " + path + " is written again; " + lost + " lines were lost");
                failing = false;
                lost = 0;
            }
        }

        private void close() {
            drain();
            if (path.equals(STDOUT) || path.equals(STDERR)) {
                return; // the process's, not ours
            }
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
