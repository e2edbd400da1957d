package dev.weft.proxycore;

import dev.weft.balance.PickContext;
import dev.weft.balance.SubsetKey;
import dev.weft.balance.XxHash64;
import dev.weft.http.ResponseFlag;
import dev.weft.net.HalfClose;
import dev.weft.net.TimerWheel;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.ConnectListener;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.upstream.TcpConnector;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One opaque TCP connection through the proxy. Each side's end is passed on as a half-close; the session is over when both
 * have ended or one broke; a break is passed on as a reset, so that what was cut never looks complete. Bytes pass as received; a side that does not keep up stops the reading of the other.
 *
 * <p>Confined to the loop; both channels live on it.
 */
final class TcpSession extends TimerWheel.Timer implements ConnectListener, DownstreamConnection {
    private final TcpManager manager;
    private final Worker worker;
    private final ChainRuntime chain;
    private final ConnectionInfo info;
    private final Side downstream;
    private final @Nullable ClusterRuntime cluster;
    private final @Nullable SubsetKey subset;
    private @Nullable Side upstream;
    private @Nullable EndpointRuntime endpoint;
    private @Nullable PickContext picks;
    private boolean over;
    private boolean broken; // one side ended without its end
    private boolean admitted;
    final long startNanos = System.nanoTime();
    private long lastActivityNanos = startNanos;
    private long received; // from downstream
    private long sent; // to downstream
    private int flags;
    private @Nullable String transportFailure; // of the last endpoint that could not be connected
    private Edge.@Nullable TcpSeries series; // once connected

    TcpSession(
            TcpManager manager,
            Worker worker,
            ChainRuntime chain,
            Channel channel,
            ConnectionInfo info,
            @Nullable ClusterRuntime cluster,
            @Nullable SubsetKey subset) {
        this.manager = manager;
        this.worker = worker;
        this.chain = chain;
        this.info = info;
        this.cluster = cluster;
        this.subset = subset;
        this.downstream = new Side(channel);
    }

    void begin() {
        downstream.channel.config().setAutoRead(false);
        downstream.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        downstream.channel.pipeline().addLast(downstream);
        if (cluster == null) {
            flags |= ResponseFlag.NO_CLUSTER_FOUND.bit();
            end();
            return;
        }
        if (!cluster.limits().connections().tryAcquire()) {
            cluster.stats().connectionOverflow.increment(worker.cell());
            flags |= ResponseFlag.UPSTREAM_OVERFLOW.bit();
            end();
            return;
        }
        admitted = true;
        connect(asked(worker.upstream().firstPick()));
    }

    /** What this connection asks of every pick. */
    private PickContext asked(PickContext context) {
        if (manager.config().hashSourceIp()) {
            context.hash(XxHash64.hash(info.remoteIpText()));
        }
        context.subset(subset);
        return context;
    }

    private void connect(PickContext context) {
        ClusterRuntime to = java.util.Objects.requireNonNull(cluster);
        EndpointRuntime chosen = info.endpoint(to, context);
        if (chosen == null) {
            to.stats().connectionsNoneHealthy.increment(worker.cell());
            flags |= (info.isVirtual(to) ? ResponseFlag.NO_ROUTE_FOUND : ResponseFlag.NO_HEALTHY_UPSTREAM).bit();
            end();
            return;
        }
        endpoint = chosen;
        chosen.requestStarted();
        TcpConnector.connect(worker.upstream(), chosen, this);
    }

    @Override
    public void connected(Channel channel) {
        if (over) {
            channel.close();
            return;
        }
        info.upstream = endpoint;
        Side other = new Side(channel);
        upstream = other;
        downstream.other = other;
        other.other = downstream;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(other);
        java.util.Objects.requireNonNull(cluster).stats().activeConnections.add(worker.cell(), 1);
        Edge.TcpSeries counters = edge().connections(0);
        counters.opened().increment(worker.cell());
        series = counters;
        arm();
        channel.config().setAutoRead(true);
        downstream.catchUp(other);
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        if (over) {
            return;
        }
        transportFailure = reason;
        EndpointRuntime failed = java.util.Objects.requireNonNull(endpoint);
        failed.requestEnded();
        endpoint = null;
        ClusterRuntime to = java.util.Objects.requireNonNull(cluster);
        PickContext context = picks;
        if (context == null) {
            context = asked(new PickContext(worker.loop().random()));
            picks = context;
        }
        context.exclude(failed);
        if (!to.isOriginalDst() && to.pick(context) != null) {
            connect(context);
            return;
        }
        flags |= ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit();
        end();
    }

    // What it was, for the logs.

    ConnectionInfo info() {
        return info;
    }

    @Nullable
    EndpointRuntime endpoint() {
        return endpoint;
    }

    @Nullable
    String clusterName() {
        return cluster == null ? null : cluster.name();
    }

    @Nullable
    String upstreamLocal() {
        Side other = upstream;
        return other != null && other.channel.localAddress() instanceof InetSocketAddress local
                ? HttpLogSource.address(local)
                : null;
    }

    @Nullable
    String transportFailure() {
        return transportFailure;
    }

    Peer peer() {
        return Peers.of(downstream.channel);
    }

    int flags() {
        return flags;
    }

    long received() {
        return received;
    }

    long sent() {
        return sent;
    }

    private Edge edge() {
        if (!Telemetry.isInbound(chain.direction())) {
            return manager.telemetry().outbound(cluster, endpoint);
        }
        Peer peer = Peers.of(downstream.channel);
        return manager.telemetry().inbound(peer, peer.labels(), cluster);
    }

    private void arm() {
        long idle = manager.config().idleTimeout().toNanos();
        if (idle > 0) {
            worker.upstream().timers().setAt(this, lastActivityNanos + idle);
        }
    }

    @Override
    protected void expired() {
        if (over) {
            return;
        }
        if (System.nanoTime() - lastActivityNanos
                >= manager.config().idleTimeout().toNanos()) {
            flags |= ResponseFlag.STREAM_IDLE_TIMEOUT.bit();
            end();
        } else {
            arm();
        }
    }

    /** Ends both sides, after what was written has gone out. */
    private void end() {
        if (over) {
            return;
        }
        over = true;
        discard();
        info.flags |= flags;
        manager.over(this, worker);
        Edge.TcpSeries counters = series;
        if (counters == null) {
            edge().connections(flags).opened().increment(worker.cell());
            edge().connections(flags).closed().increment(worker.cell());
        } else {
            counters.closed().increment(worker.cell());
        }
        downstream.finish();
        Side other = upstream;
        if (other != null) {
            other.finish();
        }
        EndpointRuntime used = endpoint;
        if (used != null) {
            used.requestEnded();
        }
        ClusterRuntime to = cluster;
        if (to != null && admitted) {
            to.limits().connections().release();
            if (other != null) {
                to.stats().activeConnections.add(worker.cell(), -1);
            }
        }
        worker.closed(this);
    }

    @Override
    public ChainRuntime chain() {
        return chain;
    }

    @Override
    public void drain(boolean closeIdle) {
        // Bytes we do not understand have no good moment to end: they live until the drain's end.
    }

    @Override
    public void closeUnused() {
        // Silence is no sign that bytes we do not understand are over.
    }

    @Override
    public void close() {
        end();
    }

    @Override
    public int active() {
        return 1;
    }

    /** One of the two channels. */
    private final class Side extends ChannelInboundHandlerAdapter {
        private final Channel channel;
        private @Nullable Side other;
        private boolean inputEnded;
        private boolean unflushed;
        private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);

        Side(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf data = (ByteBuf) message;
            Side to = other;
            if (over) {
                data.release();
                return;
            }
            if (to == null) {
                early.add(data); // reading is off, but the peer's end makes Netty deliver what came before it
                return;
            }
            write(data, to);
            unflushed = true;
            if (!to.channel.isWritable()) {
                flush(to);
            }
        }

        private void write(ByteBuf data, Side to) {
            if (this == downstream) {
                received += data.readableBytes();
            } else {
                sent += data.readableBytes();
            }
            Edge.TcpSeries counters = series;
            if (counters != null) {
                (this == downstream ? counters.received() : counters.sent()).add(worker.cell(), data.readableBytes());
            }
            to.channel.write(data, to.channel.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            Side to = other;
            if (unflushed && to != null) {
                flush(to);
            }
        }

        private void flush(Side to) {
            unflushed = false;
            lastActivityNanos = System.nanoTime();
            to.channel.flush();
            if (!to.channel.isWritable() && channel.config().isAutoRead()) {
                channel.config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            Side from = other;
            if (channel.isWritable() && from != null && !from.channel.config().isAutoRead() && !over) {
                from.channel.config().setAutoRead(true);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
                inputEnded = true;
                passEnd();
            }
        }

        /** The end of input becomes the end of the other side's output, behind what is still to be written there. */
        private void passEnd() {
            Side to = other;
            if (to == null) {
                return; // passed on once there is another side
            }
            if (to.inputEnded || over) {
                end();
                return;
            }
            HalfClose.output(to.channel);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (this == downstream) {
                flags |= ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit();
            } else {
                flags |= ResponseFlag.UPSTREAM_CONNECTION_TERMINATION.bit();
            }
            broken = true;
            end();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end();
        }

        /** The other side is connected: what came before it goes out. */
        void catchUp(Side to) {
            for (ByteBuf data = early.poll(); data != null; data = early.poll()) {
                write(data, to);
            }
            flush(to);
            if (inputEnded) {
                passEnd();
            } else if (to.channel.isWritable()) {
                channel.config().setAutoRead(true);
            }
        }

        void finish() {
            early.forEach(ByteBuf::release);
            early.clear();
            if (broken && channel.isActive()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0); // as Envoy: RST for RST
                channel.close();
            } else if (channel.isActive()) {
                channel.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                        .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
            }
        }
    }
}
