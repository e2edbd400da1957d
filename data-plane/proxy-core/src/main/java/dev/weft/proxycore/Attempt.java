package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.upstream.HttpPool;
import dev.weft.upstream.UpstreamLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange at one endpoint: waits for a connection, sends the request on it and hands the response on. It is
 * the waiter at the pool and the listener of the upstream stream at once; what its failure means is the exchange's business.
 *
 * <p>States: (waiting →) on a connection → over. It counts as the endpoint's load from its beginning to its end.
 */
final class Attempt implements HttpPool.Waiter, UpstreamListener {
    private static final long NOT_MEASURED = Long.MIN_VALUE;

    private final Exchange exchange;
    private final ClusterRuntime cluster;
    private final EndpointRuntime endpoint;
    private @Nullable HttpPool awaited; // while it waits there
    private @Nullable Upstream upstream; // while it is on a connection
    private boolean asking; // for a tunnel: until the upstream agrees it gets nothing but the request's head
    private boolean paused; // the upstream does not keep up with the request
    private boolean responseDone;
    private boolean answered; // the response has begun
    private long began;

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

    /**
     * Where the request's body goes; null while it must wait. What is in a tunnel, sent to one who then declines it, would be
     * another request to him, which nobody here has looked at (as Envoy's {@code paused_for_connect_}).
     */
    @Nullable
    Upstream body() {
        return asking ? null : upstream;
    }

    /** Begins; answers false when the cluster's limit leaves no room to wait for a connection. */
    boolean begin() {
        began = endpoint.isMeasured() ? System.nanoTime() : NOT_MEASURED;
        endpoint.requestStarted();
        HttpPool pool = pool();
        UpstreamConnection idle = pool.takeIdle();
        if (idle != null && (!upgrades() || idle.isReadyToUpgrade())) {
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

    private HttpPool pool() {
        UpstreamLoop loop = exchange.connection.worker().upstream();
        RequestHead request = exchange.stream().request();
        RoutePlan plan = exchange.plan;
        return request.method() == HttpMethod.CONNECT && plan != null && plan.terminatesConnect()
                ? endpoint.tcpPool(loop)
                : endpoint.pool(loop, request.version());
    }

    @Override
    public boolean upgrades() {
        HttpStream stream = exchange.stream();
        return stream.isUpgradeAllowed() && stream.request().method() != HttpMethod.CONNECT;
    }

    /** What an endpoint has not answered counts as having taken as long as we waited. */
    private void unanswered() {
        if (began != NOT_MEASURED && !answered && (upstream != null || awaited != null)) {
            long now = System.nanoTime();
            endpoint.unanswered(now - began, now);
        }
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
        asking = stream.isUpgradeAllowed();
        RoutePlan plan = exchange.plan;
        if (plan != null) {
            plan.editRequest(stream.request(), endpoint, exchange.envoyHeaders);
        }
        if (connection.isFresh()) {
            exchange.connection.manager().announce(stream.request(), endpoint);
        }
        exchange.upstreamLocal = connection.localAddress();
        if (asking && stream.isRequestEnded() && !exchange.holdsBody()) {
            // It waits, too: the end of a tunnel that is not there yet.
            exchange.requestData(Unpooled.EMPTY_BUFFER, true);
        }
        boolean end = stream.isRequestEnded() && !exchange.holdsBody();
        upstream = connection.start(this, stream.request(), end, asking);
        if (!asking) {
            writeHeld();
        }
    }

    private void writeHeld() {
        HeldBody held = exchange.takeHeld();
        if (held != null) {
            held.writeTo(this);
        }
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        unanswered();
        stopWaiting();
        endpoint.requestEnded();
        exchange.connectFailed(this, timeout, reason);
    }

    /** The exchange needs it no more. */
    void cancel() {
        unanswered();
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
        // The client has its 100 already, or did not ask for one.
        if (head.status() != 100 || exchange.connection.passesContinue()) {
            exchange.stream().informational(head);
        }
    }

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        responseDone = end;
        if (began != NOT_MEASURED && !answered) {
            long now = System.nanoTime();
            endpoint.answered(now - began, now);
        }
        answered = true;
        endpoint.answered(head);
        boolean agreed = asking && isAgreed(head.status());
        exchange.responseHead(head, end);
        if (agreed) {
            agreed();
        }
    }

    private boolean isAgreed(int status) {
        return status == 101 || exchange.stream().request().method() == HttpMethod.CONNECT && status < 300;
    }

    private void agreed() {
        asking = false;
        writeHeld();
        Upstream current = upstream;
        if (current != null) {
            current.flush();
        }
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
        unanswered();
        upstream = null;
        endpoint.requestEnded();
        exchange.upstreamFailed(failure, details);
    }
}
