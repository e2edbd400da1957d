package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.upstream.HttpPool;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange at one endpoint: waits for a connection, sends the request on it and hands the response on. It is
 * the waiter at the pool and the listener of the upstream stream at once; what its failure means is the exchange's business.
 *
 * <p>States: (waiting →) on a connection → over. It counts as the endpoint's load from its beginning to its end.
 */
final class Attempt implements HttpPool.Waiter, UpstreamListener {
    private final Exchange exchange;
    private final ClusterRuntime cluster;
    private final EndpointRuntime endpoint;
    private @Nullable HttpPool awaited; // while it waits there
    private @Nullable Upstream upstream; // while it is on a connection
    private boolean paused; // the upstream does not keep up with the request
    private boolean responseDone;

    Attempt(Exchange exchange, ClusterRuntime cluster, EndpointRuntime endpoint) {
        this.exchange = exchange;
        this.cluster = cluster;
        this.endpoint = endpoint;
    }

    EndpointRuntime endpoint() {
        return endpoint;
    }

    /** Where the request goes; null while there is no connection. */
    @Nullable
    Upstream upstream() {
        return upstream;
    }

    /** Begins; answers false when the cluster's limit leaves no room to wait for a connection. */
    boolean begin() {
        endpoint.requestStarted();
        HttpPool pool = endpoint.pool(
                exchange.connection.worker().upstream(),
                exchange.stream().request().version());
        UpstreamConnection idle = pool.takeIdle();
        if (idle != null) {
            send(idle);
            return true;
        }
        if (!cluster.limits().pending().tryAcquire()) {
            endpoint.requestEnded();
            return false;
        }
        awaited = pool;
        pool.await(this);
        return true;
    }

    private void stopWaiting() {
        awaited = null;
        cluster.limits().pending().release();
    }

    @Override
    public void connectionReady(UpstreamConnection connection) {
        stopWaiting();
        send(connection);
        Upstream current = upstream;
        // A connection that was at hand is flushed by the end of the downstream's read, so that head and body go
        // together.
        if (current != null) {
            current.flush();
        }
    }

    private void send(UpstreamConnection connection) {
        cluster.stats().requests.increment(exchange.connection.worker().cell());
        HttpStream stream = exchange.stream();
        HeldBody held = exchange.takeHeld();
        RoutePlan plan = exchange.plan;
        if (plan != null) {
            plan.editRequest(stream.request(), endpoint, exchange.envoyHeaders);
        }
        if (connection.isFresh()) {
            exchange.connection.manager().announce(stream.request(), endpoint);
        }
        exchange.upstreamLocal = connection.localAddress();
        upstream = connection.start(
                this, stream.request(), stream.isRequestEnded() && held == null, stream.isUpgradeAllowed());
        if (held != null) {
            held.writeTo(this);
        }
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        stopWaiting();
        endpoint.requestEnded();
        exchange.connectFailed(this, timeout, reason);
    }

    /** The exchange needs it no more. */
    void cancel() {
        HttpPool waitedAt = awaited;
        if (waitedAt != null) {
            stopWaiting();
            waitedAt.cancel(this);
            endpoint.requestEnded();
        }
        Upstream current = upstream;
        if (current != null) {
            upstream = null;
            current.cancel();
            endpoint.requestEnded();
        }
    }

    /** Whether the response has come to its end; {@link #done} follows, or was called already. */
    boolean isResponseDone() {
        return responseDone;
    }

    // The response.

    @Override
    public void informational(ResponseHead head) {
        exchange.stream().informational(head);
    }

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        responseDone = end;
        exchange.responseHead(head, end);
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        responseDone = end;
        exchange.stream().responseData(data, end);
    }

    @Override
    public void responseTrailers(HeaderBlock trailers) {
        responseDone = true;
        exchange.responseTrailers(trailers);
    }

    @Override
    public void responseFlush() {
        exchange.deadlines().active();
        exchange.stream().responseFlush();
    }

    @Override
    public void upstreamWritable(boolean writable) {
        if (writable == paused) {
            paused = !writable;
            if (writable) {
                exchange.stream().resumeReading();
            } else {
                exchange.stream().pauseReading();
            }
        }
    }

    @Override
    public void done() {
        upstream = null;
        endpoint.requestEnded();
    }

    @Override
    public void failed(Failure failure, String details) {
        Objects.requireNonNull(upstream);
        upstream = null;
        endpoint.requestEnded();
        exchange.upstreamFailed(failure, details);
    }
}
