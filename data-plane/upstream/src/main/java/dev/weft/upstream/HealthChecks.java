package dev.weft.upstream;

import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import dev.weft.net.Loop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The active health checks of all clusters. They run on an event loop of their own, whose thread starts with the first
 * cluster that has checks: a change makes a new host set and a line in the log, and neither is for a loop that carries
 * requests.
 *
 * <p>At most {@value #MOST_AT_ONCE} checks are under way at a time, the rest wait their turn in the order they were due:
 * ten thousand endpoints that appear at once are not ten thousand connections at once. A turn comes as soon as another
 * check ends, which takes an endpoint that answers about as long as a connection, and one that hangs its time-out.
 *
 * <p>Threads: {@link #watch}, {@link #forget} and {@link #awaitFirst} from the control thread or the resolver's.
 */
final class HealthChecks implements AutoCloseable {
    private static final int MOST_AT_ONCE = 512;

    /** How long a new cluster may hold up the configuration it came with: who has not answered by then is not used. */
    private static final long FIRST_WAIT_MILLIS = 2000;

    private final Log log;
    private @Nullable EventLoops loops; // guarded by this; made when needed
    private @Nullable UpstreamLoop loop; // guarded by this; made when needed
    private int maxDescriptor = Integer.MAX_VALUE; // guarded by this
    private final ConcurrentHashMap<ClusterRuntime, ClusterChecks> clusters = new ConcurrentHashMap<>();
    private final ArrayDeque<EndpointCheck> waiting = new ArrayDeque<>(); // confined to the loop
    private int underWay; // confined to the loop
    private boolean beginning; // confined to the loop

    HealthChecks(Log log) {
        this.log = log;
    }

    /** The endpoints or the configuration of a cluster may have changed: checks what is to be checked now. */
    synchronized void watch(ClusterRuntime cluster) {
        ClusterChecks checks = clusters.get(cluster);
        if (checks == null) {
            if (!cluster.isChecked()) {
                return;
            }
            checks = new ClusterChecks(cluster, this, loop(), log);
            clusters.put(cluster, checks);
        }
        ClusterChecks known = checks;
        loop().loop().netty().execute(known::refresh);
        if (!cluster.isChecked()) {
            clusters.remove(cluster);
        }
    }

    synchronized void forget(ClusterRuntime cluster) {
        ClusterChecks checks = clusters.remove(cluster);
        if (checks != null) {
            loop().loop().netty().execute(checks::close);
        }
    }

    /** An endpoint has asked in an answer to a request to be left out until it passes a check again. Any loop. */
    void leaveOut(EndpointRuntime endpoint) {
        ClusterChecks checks = clusters.get(endpoint.cluster());
        if (checks != null) {
            checks.loop().loop().netty().execute(() -> checks.leaveOut(endpoint));
        }
    }

    /** Waits until all endpoints of these clusters have been checked once, {@value #FIRST_WAIT_MILLIS} ms at most. */
    void awaitFirst(List<ClusterRuntime> added) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FIRST_WAIT_MILLIS);
        for (ClusterRuntime cluster : added) {
            CountDownLatch first = first(cluster);
            try {
                if (first != null) {
                    boolean unused = first.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private @Nullable CountDownLatch first(ClusterRuntime cluster) {
        ClusterChecks checks = clusters.get(cluster);
        return checks == null ? null : checks.first();
    }

    /** The highest descriptor a connection of a check may have ({@link EventLoops#maxDescriptor}). */
    synchronized void maxDescriptor(int highest) {
        maxDescriptor = highest;
        if (loops != null) {
            loops.maxDescriptor(highest);
        }
    }

    private synchronized UpstreamLoop loop() {
        UpstreamLoop made = loop;
        if (made == null) {
            EventLoops one = new EventLoops(1, "weft-health");
            one.maxDescriptor(maxDescriptor);
            Loop only = one.loop(0);
            made = new UpstreamLoop(only, 1);
            loops = one;
            loop = made;
        }
        return made;
    }

    // On the loop.

    /** A check is due: begins in its turn, never from within this call. */
    void due(EndpointCheck check) {
        waiting.addLast(check);
        beginSoon();
    }

    /** A check that was under way has ended. */
    void over() {
        underWay--;
        beginSoon();
    }

    private void beginSoon() {
        if (!beginning && !waiting.isEmpty() && underWay < MOST_AT_ONCE) {
            beginning = true;
            loop().loop().netty().execute(this::begin);
        }
    }

    private void begin() {
        beginning = false;
        while (underWay < MOST_AT_ONCE && !waiting.isEmpty()) {
            EndpointCheck next = waiting.removeFirst();
            if (!next.isClosed()) {
                underWay++;
                next.begin();
            }
        }
    }

    @Override
    public void close() {
        EventLoops running;
        synchronized (this) {
            clusters.values().forEach(checks -> loop().loop().netty().execute(checks::close));
            clusters.clear();
            running = loops;
        }
        if (running != null) {
            running.close();
        }
    }
}
