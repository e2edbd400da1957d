package dev.weft.proxycore;

import dev.weft.codec.Http1Error;
import dev.weft.codec.Http1Server;
import dev.weft.codec.Http1ServerConnection;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.StreamEnd;
import dev.weft.net.TimerWheel;
import dev.weft.upstream.ClusterRuntime;
import org.jspecify.annotations.Nullable;

/**
 * A downstream HTTP connection as its connection manager sees it: makes the streams and watches their deadlines. One
 * stream at a time, so one timer. Confined to the loop.
 */
final class HttpConnection extends TimerWheel.Timer implements Http1Server, DownstreamConnection {
    private final HttpManager manager;
    private final Worker worker;
    private final ChainRuntime chain;
    private final ConnectionInfo info;
    private final Peer peer;
    private final Http1ServerConnection codec;
    private @Nullable HttpStream stream;
    private @Nullable Exchange exchange;
    private WorkloadLabels source;
    private @Nullable Edge edge; // inbound: of the cluster before
    private @Nullable ClusterRuntime edgeCluster;

    HttpConnection(HttpManager manager, Worker worker, ChainRuntime chain, ConnectionInfo info, Peer peer) {
        this.manager = manager;
        this.worker = worker;
        this.chain = chain;
        this.info = info;
        this.peer = peer;
        this.source = peer.labels();
        this.codec = new Http1ServerConnection(worker.upstream().codec(), this, manager.options());
    }

    Http1ServerConnection codec() {
        return codec;
    }

    HttpManager manager() {
        return manager;
    }

    Worker worker() {
        return worker;
    }

    ConnectionInfo info() {
        return info;
    }

    Peer peer() {
        return peer;
    }

    /** The peer said who it is: Istio's compact labels. Once per connection. */
    void announced(String labels) {
        WorkloadLabels said = WorkloadLabels.parse(labels);
        if (!said.equals(source)) {
            source = said;
            edge = null;
        }
    }

    /** The metrics of requests from this peer to a cluster of ours. */
    Edge inboundEdge(Telemetry telemetry, @Nullable ClusterRuntime cluster) {
        Edge known = edge;
        if (known == null || edgeCluster != cluster) {
            known = telemetry.inbound(peer, source, cluster);
            edge = known;
            edgeCluster = cluster;
        }
        return known;
    }

    // Http1Server.

    @Override
    public HttpStream newStream(Http1ServerConnection connection, RequestHead head) {
        Exchange created = new Exchange(this);
        HttpManager.Upgrade upgrade = manager.prepare(this, head);
        manager.match(created, head);
        HttpStream made = new HttpStream(connection, head, manager.chain(), created);
        if (upgrade == HttpManager.Upgrade.ALLOWED) {
            connection.acceptUpgrade();
        }
        created.bind(made, upgrade);
        stream = made;
        exchange = created;
        return made;
    }

    @Override
    public void rejected(Http1ServerConnection connection, @Nullable RequestHead head, Http1Error error) {
        manager.rejected(this, error);
    }

    @Override
    public boolean closeAfterResponse() {
        return chain.isDraining() || manager.isDraining();
    }

    @Override
    public void closed(Http1ServerConnection connection) {
        clear();
        worker.closed(this);
        manager.closed(this);
    }

    void streamOver(Exchange ended, HttpStream endedStream, StreamEnd end) {
        clear();
        if (stream == endedStream) {
            stream = null;
            exchange = null;
        }
        manager.streamOver(ended, endedStream, end);
    }

    // Deadlines of the stream.

    /** Sets the earlier of the stream's own deadlines. */
    void arm(Exchange current) {
        long at = current.nextDeadline();
        if (at == 0) {
            clear();
        } else {
            worker.upstream().timers().setAt(this, at);
        }
    }

    @Override
    protected void expired() {
        HttpStream current = stream;
        Exchange running = exchange;
        if (current == null || running == null) {
            return;
        }
        long now = System.nanoTime();
        if (running.isTimedOut(now)) {
            timeOut(current, running);
        } else if (running.isIdle(now)) {
            idle(current, running);
        } else {
            arm(running);
        }
    }

    private void timeOut(HttpStream current, Exchange running) {
        current.flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT);
        running.timedOut();
        if (current.isResponseStarted()) {
            current.reset("response_timeout");
        } else {
            Replies.send(running, current, 504, "upstream request timeout", "response_timeout");
        }
    }

    private void idle(HttpStream current, Exchange running) {
        current.flag(ResponseFlag.STREAM_IDLE_TIMEOUT);
        if (current.isResponseStarted()) {
            current.reset("stream_idle_timeout");
        } else {
            // Envoy: 408 while the request is incomplete, 504 when the upstream is silent.
            int status = current.isRequestEnded() ? 504 : 408;
            Replies.send(running, current, status, "stream timeout", "stream_idle_timeout");
        }
    }

    // DownstreamConnection.

    @Override
    public ChainRuntime chain() {
        return chain;
    }

    @Override
    public void drain(boolean closeIdle) {
        if (closeIdle && codec.isIdle()) {
            codec.closeGracefully();
        }
        // Otherwise the response under way, or the next one, says close.
    }

    @Override
    public void close() {
        codec.channel().close();
    }

    @Override
    public int active() {
        return stream == null ? 0 : 1;
    }
}
