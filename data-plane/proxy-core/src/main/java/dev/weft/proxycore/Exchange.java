package dev.weft.proxycore;

import dev.weft.balance.PickContext;
import dev.weft.codec.CodecLoop;
import dev.weft.codec.Http1ClientConnection;
import dev.weft.codec.Http1Exchange;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.route.ClusterChoice;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.upstream.HttpPool;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The router's side of one stream: which cluster and endpoint it goes to, the attempt under way, and its deadlines. One
 * object per request; it is the {@link HttpStream#context()}, the waiter at a pool and the exchange on an upstream
 * connection at once.
 *
 * <p>States: picking → (waiting for a connection → picking another endpoint)* → on a connection → response → over. What a
 * request has sent before there is a connection is held here, at most a watermark's worth.
 */
final class Exchange implements HttpPool.Waiter, Http1Exchange {
    private static final int MAX_HELD = 64 * 1024;
    private static final String BEFORE_HEADERS =
            "upstream connect error or disconnect/reset before headers. reset reason: ";

    final HttpConnection connection;
    final long startNanos = System.nanoTime();

    @Nullable
    RoutePlan plan;

    @Nullable
    ClusterChoice choice;

    @Nullable
    ClusterRuntime cluster;

    @Nullable
    EndpointRuntime endpoint;

    long lastActivityNanos = startNanos;
    long responseHeadNanos;
    private @Nullable HttpStream stream;
    private @Nullable HttpPool pool;
    private @Nullable Http1ClientConnection upstream;
    private @Nullable PickContext picks; // of this request, once an attempt has failed
    private @Nullable ArrayDeque<ByteBuf> held;
    private int heldBytes;
    private boolean heldPause;
    private boolean upstreamPause;
    private boolean waiting;
    private boolean admitted; // holds one of the cluster's requests
    private boolean upgrade;
    private boolean upgradeRefused;
    private boolean responseDone;
    private boolean triedAgain;
    private @Nullable ResponseHead lastResponse;
    private boolean requestEnded;
    private long requestEndNanos;
    private long totalNanos;
    private long toHeadNanos;
    private long idleNanos;

    Exchange(HttpConnection connection) {
        this.connection = connection;
    }

    CodecLoop codec() {
        return connection.worker().upstream().codec();
    }

    private int cell() {
        return connection.worker().cell();
    }

    private HttpStream stream() {
        return java.util.Objects.requireNonNull(stream);
    }

    void bind(HttpStream newStream, HttpManager.Upgrade wish) {
        stream = newStream;
        upgrade = wish == HttpManager.Upgrade.ALLOWED;
        upgradeRefused = wish == HttpManager.Upgrade.REFUSED;
    }

    boolean isUpgradeRefused() {
        return upgradeRefused;
    }

    // Request side: from the router.

    /** Finds a connection for the request of this stream to one of the cluster's endpoints. */
    void forward(ClusterRuntime to) {
        cluster = to;
        to.stats().requests.increment(cell());
        if (!to.limits().requests().tryAcquire()) {
            overflow(to);
            return;
        }
        admitted = true;
        to.stats().activeRequests.add(cell(), 1);
        attempt(to, connection.worker().upstream().firstPick());
    }

    private void overflow(ClusterRuntime to) {
        to.stats().pendingOverflow.increment(cell());
        stream().flag(ResponseFlag.UPSTREAM_OVERFLOW);
        Replies.send(
                this, stream(), 503, BEFORE_HEADERS + "overflow", "upstream_reset_before_response_started{overflow}");
    }

    private void attempt(ClusterRuntime to, PickContext context) {
        EndpointRuntime chosen = connection.info().endpoint(to, context);
        if (chosen == null) {
            to.stats().connectionsNoneHealthy.increment(cell());
            stream().flag(ResponseFlag.NO_HEALTHY_UPSTREAM);
            Replies.send(this, stream(), 503, "no healthy upstream", "no_healthy_upstream");
            return;
        }
        endpoint = chosen;
        chosen.requestStarted();
        HttpPool from = chosen.pool(connection.worker().upstream());
        pool = from;
        Http1ClientConnection idle = from.takeIdle();
        if (idle != null) {
            connectionReady(from, idle);
            return;
        }
        if (!to.limits().pending().tryAcquire()) {
            endpointDone();
            overflow(to);
            return;
        }
        waiting = true;
        from.await(this);
    }

    private void stopWaiting() {
        waiting = false;
        java.util.Objects.requireNonNull(cluster).limits().pending().release();
    }

    @Override
    public void connectionReady(HttpPool from, Http1ClientConnection ready) {
        boolean waited = waiting;
        if (waited) {
            stopWaiting();
        }
        upstream = ready;
        HttpStream current = stream();
        RequestHead head = current.request();
        boolean end = current.isRequestEnded() && held == null;
        if (ready.requests() == 0) {
            connection.manager().announce(head, java.util.Objects.requireNonNull(endpoint));
        }
        ready.start(this, head, end, upgrade);
        ArrayDeque<ByteBuf> queued = held;
        if (queued != null) {
            held = null;
            while (!queued.isEmpty()) {
                ByteBuf data = queued.poll();
                if (upstream == ready) {
                    ready.data(data, current.isRequestEnded() && queued.isEmpty());
                } else {
                    data.release();
                }
            }
            if (heldPause) {
                heldPause = false;
                current.resumeReading();
            }
        }
        // Within the downstream's read its end flushes, so that head and body go out together.
        if (waited && upstream == ready) {
            ready.flush();
        }
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        stopWaiting();
        EndpointRuntime failed = java.util.Objects.requireNonNull(endpoint);
        ClusterRuntime to = java.util.Objects.requireNonNull(cluster);
        endpointDone();
        // Nothing was sent, so another endpoint may have it (decision 24); the same one only when there is no other.
        PickContext context = picks;
        if (context == null) {
            context = new PickContext(connection.worker().loop().random());
            picks = context;
        }
        context.exclude(failed);
        if (!to.isOriginalDst() && to.pick(context) != null) {
            to.stats().requestRetries.increment(cell());
            attempt(to, context);
            return;
        }
        endpoint = failed; // for the log
        stream().flag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        String what = timeout ? "connection timeout" : "remote connection failure";
        String why = timeout ? "" : ", transport failure reason: delayed connect error: " + reason;
        Replies.send(
                this,
                stream(),
                503,
                BEFORE_HEADERS + what + why,
                "upstream_reset_before_response_started{" + what.replace(' ', '_') + "|" + reason + "}");
    }

    void requestData(ByteBuf data, boolean end) {
        if (end) {
            requestDone();
        }
        Http1ClientConnection current = upstream;
        if (current != null) {
            current.data(data, end);
            return;
        }
        if (held == null) {
            held = new ArrayDeque<>(4);
        }
        held.add(data);
        heldBytes += data.readableBytes();
        if (heldBytes > MAX_HELD && !heldPause && !end) {
            heldPause = true;
            stream().pauseReading();
        }
    }

    void requestTrailers(HeaderBlock trailers) {
        Http1ClientConnection current = upstream;
        if (current != null) {
            requestDone();
            current.trailers(trailers);
        } else {
            // No connection yet: the body's end is held, the trailers may be dropped (RFC 9110 §6.5.1).
            requestData(io.netty.buffer.Unpooled.EMPTY_BUFFER, true);
        }
    }

    void requestFlush() {
        if (!requestEnded) {
            lastActivityNanos = System.nanoTime();
        }
        Http1ClientConnection current = upstream;
        if (current != null) {
            current.flush();
        }
    }

    void downstreamWritable(boolean writable) {
        Http1ClientConnection current = upstream;
        if (current != null) {
            current.readEnabled(writable);
        }
    }

    // Response side: from the upstream connection.

    @Override
    public void informational(ResponseHead head) {
        stream().informational(head);
    }

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        long now = System.nanoTime();
        responseHeadNanos = now;
        lastActivityNanos = now;
        lastResponse = head;
        ClusterRuntime from = java.util.Objects.requireNonNull(cluster);
        from.stats().response(cell(), head.status());
        HttpStream current = stream();
        current.details("via_upstream");
        responseDone = end;
        connection.manager().finish(this, head);
        current.responseHead(head, end);
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        responseDone = end;
        stream().responseData(data, end);
    }

    @Override
    public void responseTrailers(HeaderBlock trailers) {
        responseDone = true;
        stream().responseTrailers(trailers);
    }

    @Override
    public void responseFlush() {
        lastActivityNanos = System.nanoTime();
        stream().responseFlush();
    }

    @Override
    public void upstreamWritable(boolean writable) {
        if (writable == upstreamPause) {
            upstreamPause = !writable;
            if (writable) {
                stream().resumeReading();
            } else {
                stream().pauseReading();
            }
        }
    }

    @Override
    public void failed(Failure failure, String details) {
        Http1ClientConnection lost = java.util.Objects.requireNonNull(upstream);
        upstream = null;
        java.util.Objects.requireNonNull(pool).release(lost, false);
        endpointDone();
        HttpStream current = stream();
        if (failure == Failure.CONNECTION_LOST && lost.requests() > 1 && mayTryAgain(current)) {
            triedAgain = true;
            ClusterRuntime to = java.util.Objects.requireNonNull(cluster);
            to.stats().requestRetries.increment(cell());
            attempt(to, connection.worker().upstream().firstPick());
            return;
        }
        boolean protocol = failure == Failure.PROTOCOL_ERROR;
        current.flag(protocol ? ResponseFlag.UPSTREAM_PROTOCOL_ERROR : ResponseFlag.UPSTREAM_CONNECTION_TERMINATION);
        if (current.isResponseStarted()) {
            current.reset("upstream_reset_after_response_started{" + details + "}");
            return;
        }
        Replies.send(
                this,
                current,
                protocol ? 502 : 503,
                BEFORE_HEADERS + (protocol ? "protocol error" : "connection termination"),
                "upstream_reset_before_response_started{" + details + "}");
    }

    /**
     * A kept connection closed under our request: the peer was about to close it anyway. A request that is safe to repeat
     * and has no body is sent once more (decision 24, requirement R52).
     */
    private boolean mayTryAgain(HttpStream current) {
        HttpMethod method = current.request().method();
        return !triedAgain
                && !upgrade
                && !current.isResponseStarted()
                && current.isRequestEnded()
                && current.requestBytes() == 0
                && (method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS);
    }

    @Override
    public void released(Http1ClientConnection done, boolean reusable) {
        upstream = null;
        endpointDone();
        java.util.Objects.requireNonNull(pool).release(done, reusable);
    }

    // The end.

    /** The upstream's response head, valid until the stream has ended; null for our own answers. */
    @Nullable
    ResponseHead lastResponse() {
        return lastResponse;
    }

    /** The stream is over: cancel what still runs. */
    void over(StreamEnd end) {
        if (waiting) {
            stopWaiting();
            java.util.Objects.requireNonNull(pool).cancel(this);
            endpointDone();
        }
        Http1ClientConnection current = upstream;
        // A complete response is followed by released(), unless the exchange was given up before that.
        if (current != null && !(responseDone && end == StreamEnd.COMPLETE)) {
            upstream = null;
            java.util.Objects.requireNonNull(pool).abandon(current);
            endpointDone();
        }
        if (held != null) {
            held.forEach(ByteBuf::release);
            held = null;
        }
        ClusterRuntime to = cluster;
        if (admitted && to != null) {
            admitted = false;
            to.limits().requests().release();
            to.stats().activeRequests.add(cell(), -1);
        }
    }

    /** The attempt at the endpoint is over, for its load. */
    private void endpointDone() {
        EndpointRuntime current = endpoint;
        if (current != null && pool != null) {
            current.requestEnded();
        }
    }

    // Deadlines, in System.nanoTime() values.

    /**
     * @param total from the end of the request until the response is complete (as Envoy's); 0 = none
     * @param toHead from the end of the request until the response's head; 0 = none
     * @param idle without any activity; 0 = none
     */
    void deadlines(long total, long toHead, long idle) {
        if (stream().isRequestEnded()) {
            requestEnded = true;
            requestEndNanos = startNanos;
        }
        totalNanos = total;
        toHeadNanos = toHead;
        idleNanos = idle;
    }

    /** The whole request is here: what waits for the response begins to count. */
    private void requestDone() {
        requestEnded = true;
        requestEndNanos = System.nanoTime();
        lastActivityNanos = requestEndNanos;
        connection.arm(this);
    }

    /** The earliest deadline, or 0. */
    long nextDeadline() {
        long nanos = Long.MAX_VALUE; // from startNanos on
        if (requestEnded) {
            long before = requestEndNanos - startNanos;
            if (totalNanos > 0) {
                nanos = before + totalNanos;
            }
            if (toHeadNanos > 0 && responseHeadNanos == 0) {
                nanos = Math.min(nanos, before + toHeadNanos);
            }
        }
        if (idleNanos > 0) {
            nanos = Math.min(nanos, lastActivityNanos - startNanos + idleNanos);
        }
        return nanos == Long.MAX_VALUE ? 0 : startNanos + nanos;
    }

    boolean isTimedOut(long now) {
        long elapsed = now - requestEndNanos;
        return requestEnded
                && (totalNanos > 0 && elapsed >= totalNanos
                        || toHeadNanos > 0 && responseHeadNanos == 0 && elapsed >= toHeadNanos);
    }

    boolean isIdle(long now) {
        return idleNanos > 0 && now - lastActivityNanos >= idleNanos;
    }

    void timedOut() {
        ClusterRuntime to = cluster;
        if (to != null) {
            to.stats().requestTimeouts.increment(cell());
        }
    }
}
