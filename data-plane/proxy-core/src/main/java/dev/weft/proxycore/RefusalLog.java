package dev.weft.proxycore;

import dev.weft.base.Log;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Says in the process's log which requests were refused as malformed and why, where no access log does: one line a second at
 * most, with the number of those that it leaves out, so that nobody fills a disk by sending rubbish.
 *
 * <p>Threads: any loop tells, without waiting; one thread writes.
 */
final class RefusalLog {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Refusal(InetSocketAddress remote, int status, String details) {}

    private final Log log;
    private final AtomicReference<@Nullable Refusal> first = new AtomicReference<>(); // since the last line
    private final AtomicLong count = new AtomicLong(); // since the last line
    private long earliest = System.nanoTime(); // of the next line; confined to the writing thread

    RefusalLog(Log log) {
        this.log = log;
    }

    void refused(InetSocketAddress remote, int status, String details) {
        count.getAndIncrement();
        if (first.get() == null) {
            first.compareAndSet(null, new Refusal(remote, status, details));
        }
    }

    /** Writes a line if there is something to say and the last one is long enough ago. */
    void write(long now) {
        if (first.get() != null && now - earliest >= 0) {
            earliest = now + PERIOD_NANOS;
            write();
        }
    }

    /** Writes what is left to say. */
    void write() {
        Refusal refusal = first.getAndSet(null);
        if (refusal != null) {
            long more = count.getAndSet(0) - 1;
            log.warn("refused a request from " + HttpLogSource.address(refusal.remote()) + ": " + refusal.status() + " "
                    + refusal.details() + (more > 0 ? "; and " + more + " more" : ""));
        }
    }
}
