package dev.weft.proxycore;

import dev.weft.http.BodyQueue;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.net.TimerWheel;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.upstream.HttpPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a request on its way to a cluster whose answer nobody reads. The request never waits for it: what its endpoint
 * does not take is held, up to {@value #MAX_HELD} bytes and the loop's {@link MirrorBudget}, then the copy is given up.
 *
 * <p>States: (waiting for a connection →) on a connection → over. It holds one of its cluster's requests, and counts as its
 * endpoint's load, from beginning to end. Its time-out, the route's, counts from the end of the request, which it outlives.
 * Ownership: body pieces share the memory of the request's; the head is a copy.
 */
final class Mirror extends TimerWheel.Timer implements HttpPool.Waiter, UpstreamListener {
    /** Envoy's default of what a stream may have waiting (per_connection_buffer_limit_bytes). */
    private static final int MAX_HELD = 1024 * 1024;

    private final HttpConnection connection;
    private final MirrorStats stats;
    private final ClusterRuntime cluster;
    private final RequestHead head;
    private final long timeoutNanos;
    private final BodyQueue waiting = new BodyQueue();
    private @Nullable EndpointRuntime endpoint;
    private @Nullable HttpPool awaited; // while it waits there
    private @Nullable Upstream upstream; // while it is on a connection
    private @Nullable HeaderBlock trailers;
    private boolean ended; // the request is here as a whole
    private boolean endWritten;
    private boolean writable = true;
    private boolean over;

    /** @param timeoutNanos from the end of the request; positive */
    Mirror(HttpConnection connection, MirrorStats stats, ClusterRuntime cluster, RequestHead head, long timeoutNanos) {
        this.connection = connection;
        this.stats = stats;
        this.cluster = cluster;
        this.head = head;
        this.timeoutNanos = timeoutNanos;
    }

    private int cell() {
        return connection.worker().cell();
    }

    /** Begins; {@code end} when there is no body. */
    void begin(boolean end) {
        stats.requests.increment(cell());
        if (!cluster.limits().requests().tryAcquire()) {
            cluster.stats().pendingOverflow.increment(cell());
            over = true;
            stats.failed.increment(cell());
            return;
        }
        cluster.stats().activeRequests.add(cell(), 1);
        EndpointRuntime chosen = connection
                .info()
                .endpoint(cluster, connection.worker().upstream().firstPick());
        if (chosen == null) {
            cluster.stats().connectionsNoneHealthy.increment(cell());
            fail();
            return;
        }
        if (end) {
            requestEnded();
        }
        connect(chosen);
    }

    private void connect(EndpointRuntime chosen) {
        endpoint = chosen;
        chosen.requestStarted();
        HttpPool pool = chosen.pool(connection.worker().upstream(), head.version());
        UpstreamConnection idle = pool.takeIdle();
        if (idle != null) {
            send(idle);
        } else if (cluster.limits().pending().tryAcquire()) {
            awaited = pool;
            pool.await(this);
        } else {
            cluster.stats().pendingOverflow.increment(cell());
            fail();
        }
    }

    private void stopWaiting() {
        awaited = null;
        cluster.limits().pending().release();
    }

    @Override
    public void connectionReady(UpstreamConnection ready) {
        stopWaiting();
        send(ready);
        flush();
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        stopWaiting();
        fail();
    }

    private void send(UpstreamConnection ready) {
        cluster.stats().requests.increment(cell());
        EndpointRuntime to = endpoint;
        if (to != null && ready.isFresh()) {
            connection.manager().announce(head, to);
        }
        endWritten = ended && waiting.isEmpty() && trailers == null;
        upstream = ready.start(this, head, endWritten, false);
        write();
    }

    // The request, as it passes.

    /** A piece of the body, which stays the caller's. */
    void data(ByteBuf data, boolean end) {
        if (over || endWritten) {
            return;
        }
        Upstream current = upstream;
        if (current != null && writable && waiting.isEmpty()) {
            if (end) {
                requestEnded();
                endWritten = true;
            }
            current.writeData(data.retainedDuplicate(), end);
            flush();
            return;
        }
        int n = data.readableBytes();
        if (n > 0) {
            if (waiting.bytes() + n > MAX_HELD || !budget().tryHold(n)) {
                stats.cutOff.increment(cell());
                fail();
                return;
            }
            waiting.add(data.retainedDuplicate());
        }
        if (end) {
            requestEnded();
        }
        write();
    }

    /** Trailers, which end the request; they stay the caller's. */
    void trailers(HeaderBlock last) {
        if (!over && !endWritten) {
            trailers = last.copy();
            requestEnded();
            write();
        }
    }

    /** The request is over. Without its end the copy would never have one: it is given up (as Envoy). */
    void requestOver() {
        if (!ended && !over) {
            fail();
        }
    }

    private void requestEnded() {
        ended = true;
        connection.worker().upstream().timers().set(this, timeoutNanos);
    }

    private MirrorBudget budget() {
        return connection.worker().mirrors();
    }

    /** What is written goes out at once: a piece is what one read has brought. */
    private void write() {
        boolean written = !waiting.isEmpty();
        while (upstream != null && writable && !waiting.isEmpty()) {
            ByteBuf data = waiting.poll();
            if (data == null) {
                break;
            }
            budget().release(data.readableBytes());
            endWritten = ended && waiting.isEmpty() && trailers == null;
            upstream.writeData(data, endWritten);
        }
        if (upstream != null && ended && !endWritten && waiting.isEmpty()) {
            endWritten = true;
            if (trailers != null) {
                upstream.writeTrailers(trailers);
            } else {
                upstream.writeData(Unpooled.EMPTY_BUFFER, true);
            }
        }
        if (written) {
            flush();
        }
    }

    private void flush() {
        Upstream current = upstream;
        if (current != null) {
            current.flush();
        }
    }

    @Override
    public void upstreamWritable(boolean can) {
        boolean again = can && !writable;
        writable = can;
        if (again) {
            write();
        }
    }

    // The answer: counted, and dropped.

    @Override
    public void informational(ResponseHead interim) {}

    @Override
    public void responseHead(ResponseHead answer, boolean end) {
        cluster.stats().response(cell(), answer.status());
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        data.release();
    }

    @Override
    public void responseTrailers(HeaderBlock last) {}

    @Override
    public void responseFlush() {}

    // Ends.

    @Override
    public void done() {
        upstream = null;
        end();
    }

    @Override
    public void failed(Failure failure, String details) {
        upstream = null;
        fail();
    }

    @Override
    protected void expired() {
        cluster.stats().requestTimeouts.increment(cell());
        fail();
    }

    private void fail() {
        stats.failed.increment(cell());
        end();
    }

    private void end() {
        over = true;
        discard();
        budget().release(waiting.bytes());
        waiting.release();
        HttpPool waitedAt = awaited;
        if (waitedAt != null) {
            stopWaiting();
            waitedAt.cancel(this);
        }
        Upstream current = upstream;
        if (current != null) {
            upstream = null;
            current.cancel();
        }
        EndpointRuntime at = endpoint;
        if (at != null) {
            endpoint = null;
            at.requestEnded();
        }
        cluster.limits().requests().release();
        cluster.stats().activeRequests.add(cell(), -1);
    }
}
