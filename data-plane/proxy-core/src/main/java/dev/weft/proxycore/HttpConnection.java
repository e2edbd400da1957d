package dev.weft.proxycore;

import dev.weft.codec.ServerConnection;
import dev.weft.http.Downstream;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.StreamEnd;
import dev.weft.upstream.ClusterRuntime;
import io.netty.channel.Channel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A downstream HTTP connection as its connection manager sees it: makes the streams, as many at a time as the
 * codec lets through, and lends them their deadlines. Confined to the loop.
 */
final class HttpConnection implements HttpServer, DownstreamConnection {
    private final HttpManager manager;
    private final Worker worker;
    private final ChainRuntime chain;
    private final ConnectionInfo info;
    private final Peer peer;
    private @Nullable ServerConnection codec;
    private @Nullable StreamDeadlines spareDeadlines; // of streams before, for the next ones: as many as ran at once
    private boolean over;
    private int streams;
    private boolean unused; // since closeUnused asked last
    private WorkloadLabels source;
    private byte @Nullable [] clientCert; // what x-forwarded-client-cert says of the peer, once it was asked for
    private @Nullable Edge edge; // inbound: of the cluster before
    private @Nullable ClusterRuntime edgeCluster;

    HttpConnection(HttpManager manager, Worker worker, ChainRuntime chain, ConnectionInfo info, Peer peer) {
        this.manager = manager;
        this.worker = worker;
        this.chain = chain;
        this.info = info;
        this.peer = peer;
        this.source = peer.labels();
    }

    void open(Channel channel) {
        manager.open(this, channel);
    }

    /** What the connection speaks; said before its first stream. */
    void codec(ServerConnection spoken) {
        codec = spoken;
    }

    private ServerConnection codec() {
        return Objects.requireNonNull(codec);
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

    /** What x-forwarded-client-cert says of the peer; empty when it showed no certificate. */
    byte[] clientCert() {
        byte[] known = clientCert;
        if (known == null) {
            known = manager.headers().clientCert().details(peer);
            clientCert = known;
        }
        return known;
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

    // HttpServer.

    @Override
    public HttpStream newStream(Downstream downstream, RequestHead head) {
        StreamDeadlines deadlines = spareDeadlines;
        if (deadlines == null) {
            deadlines = new StreamDeadlines(worker.upstream().timers());
        } else {
            spareDeadlines = deadlines.below;
            deadlines.below = null;
        }
        Exchange created = new Exchange(this, deadlines);
        deadlines.begin(created);
        HttpStream made = manager.begin(created, downstream, head);
        streams++;
        unused = false;
        return made;
    }

    @Override
    public void rejected(@Nullable RequestHead head, int status, String details) {
        manager.rejected(this, status, details);
    }

    @Override
    public boolean passesContinue() {
        return manager.config().proxy100Continue();
    }

    @Override
    public void violated(String details, boolean fatal) {
        if (fatal) {
            manager.cutOff(this);
        }
    }

    @Override
    public boolean closeAfterResponse() {
        return chain.isDraining() || manager.closesConnections() || isCertificateOver();
    }

    /** Decision 12: whom a certificate that has ended named is not known any more. */
    private boolean isCertificateOver() {
        return peer.endMillis() != Long.MAX_VALUE && System.currentTimeMillis() >= peer.endMillis();
    }

    @Override
    public void closed() {
        over = true;
        for (StreamDeadlines spare = spareDeadlines; spare != null; spare = spare.below) {
            spare.discard();
        }
        spareDeadlines = null;
        worker.closed(this);
        manager.closed(this);
    }

    void streamOver(Exchange ended, HttpStream endedStream, StreamEnd end) {
        StreamDeadlines deadlines = ended.deadlines();
        deadlines.end();
        if (over) {
            deadlines.discard();
        } else {
            deadlines.below = spareDeadlines;
            spareDeadlines = deadlines;
        }
        streams--;
        manager.streamOver(ended, endedStream, end);
    }

    // DownstreamConnection.

    @Override
    public ChainRuntime chain() {
        return chain;
    }

    @Override
    public void drain(boolean closeIdle) {
        if (closeIdle && codec().isIdle()) {
            codec().closeGracefully();
        }
        // Otherwise the response under way, or the next one, says goodbye.
    }

    @Override
    public void closeUnused() {
        if (unused && codec().isIdle()) {
            codec().closeGracefully();
        }
        unused = streams == 0;
    }

    @Override
    public void close() {
        codec().channel().close();
    }

    @Override
    public int active() {
        return streams;
    }
}
