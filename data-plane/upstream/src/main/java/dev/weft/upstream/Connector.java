package dev.weft.upstream;

import dev.weft.net.ConnectionBuffers;
import dev.weft.net.PeerSilence;
import dev.weft.net.TimerWheel;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect to an endpoint: TCP within the cluster's connect time-out, then TLS within {@value
 * #HANDSHAKE_SECONDS} s. A SYN that gets no answer
 * for {@value #RACE_MILLIS} ms is raced by a second one, as Linux repeats the first only after a second.
 *
 * <p>The connected channel has no handler of ours yet and does not read; the listener adds one.
 */
final class Connector extends TimerWheel.Timer {
    private static final int RACE_MILLIS = 250;
    private static final int HANDSHAKE_SECONDS = 5;

    /** High and low watermark of both directions (reliability.md §1.1). */
    static final WriteBufferWaterMark WATERMARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final UpstreamLoop loop;
    private final EndpointRuntime endpoint;
    private final InetSocketAddress address;
    private final Transport transport;
    private final Transport.Inside inside;
    private final boolean counted; // among the cluster's connections
    private final ConnectListener listener;
    private long giveUpAt;
    private final List<Channel> attempts = new ArrayList<>(2);
    private @Nullable Channel connected; // the winner, while its handshake runs
    private boolean done;
    private int failures;

    private Connector(Destination to, Transport.Inside inside, boolean counted, ConnectListener listener) {
        this.loop = to.loop();
        this.endpoint = to.endpoint();
        this.address = to.address();
        this.transport = to.transport();
        this.inside = inside;
        this.counted = counted;
        this.listener = listener;
        this.giveUpAt =
                System.nanoTime() + endpoint.cluster().config().connectTimeout().toNanos();
    }

    /** For requests and opaque connections. */
    static void connect(
            UpstreamLoop loop, EndpointRuntime endpoint, Transport.Inside inside, ConnectListener listener) {
        endpoint.cluster().stats().connections.increment(loop.loop().cell());
        Destination itself = new Destination(loop, endpoint, endpoint.socketAddress(), endpoint.transport());
        new Connector(itself, inside, true, listener).start();
    }

    /** For a health check: none of the cluster's connections, wherever it goes. */
    static void connect(Destination target, Transport.Inside inside, ConnectListener listener) {
        new Connector(target, inside, false, listener).start();
    }

    private void start() {
        attempt();
        if (!done) {
            loop.timers().setAt(this, nextDeadline());
        }
    }

    private long nextDeadline() {
        long race = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RACE_MILLIS);
        return attempts.size() == 1 && connected == null && race - giveUpAt < 0 ? race : giveUpAt;
    }

    private void attempt() {
        Channel channel;
        try {
            channel = loop.loop().newSocket();
        } catch (ChannelException e) { // no descriptor left; Bootstrap would tell it on a thread that is not the loop's
            if (attempts.isEmpty()) {
                fail(false, reason(e));
            }
            return;
        }
        attempts.add(channel);
        ConnectionBuffers.use(channel.config());
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.loop().netty())
                .channelFactory(() -> channel)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // ours is below
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATERMARK)
                .handler(new ChannelInboundHandlerAdapter());
        if (inside == Transport.Inside.HTTP) {
            PeerSilence.limit(bootstrap); // opaque TCP and HTTP/2 may wait for a reader at any time
        }
        InetSocketAddress source = endpoint.cluster().sourceAddress(address);
        ChannelFuture future = source == null ? bootstrap.connect(address) : bootstrap.connect(address, source);
        future.addListener(f -> finished(channel, f.cause()));
    }

    private void finished(Channel channel, @Nullable Throwable cause) {
        if (done || connected != null) {
            channel.close();
            return;
        }
        if (cause != null) {
            if (++failures == attempts.size()) {
                fail(false, reason(cause));
            }
            return;
        }
        connected = channel;
        for (Channel other : attempts) {
            if (other != channel) {
                other.close();
            }
        }
        secure(channel);
    }

    private void secure(Channel channel) {
        ChannelHandler tls;
        try {
            tls = transport.newHandler(channel, endpoint, inside);
        } catch (Transport.NotReadyException e) {
            fail(false, String.valueOf(e.getMessage()));
            return;
        }
        if (tls == null) {
            succeed(channel);
            return;
        }
        channel.pipeline().addLast(new HandshakeWatch());
        channel.pipeline().addFirst(tls);
        channel.config().setAutoRead(true);
        // A handshake waits for CPU on both sides, not for a lost packet: it has a deadline of its own, so that a busy
        // moment does not turn into refused connections and yet more handshakes.
        giveUpAt = Math.max(giveUpAt, System.nanoTime() + TimeUnit.SECONDS.toNanos(HANDSHAKE_SECONDS));
        if (!done) {
            loop.timers().setAt(this, giveUpAt);
        }
    }

    private void succeed(Channel channel) {
        done = true;
        discard();
        listener.connected(channel);
    }

    private void fail(boolean timeout, String reason) {
        if (done) {
            return;
        }
        done = true;
        discard();
        for (Channel attempt : attempts) {
            attempt.close();
        }
        if (counted) {
            ClusterStats stats = endpoint.cluster().stats();
            stats.connectFailures.increment(loop.loop().cell());
            if (timeout) {
                stats.connectTimeouts.increment(loop.loop().cell());
            }
        }
        listener.connectFailed(timeout, reason);
    }

    @Override
    protected void expired() {
        if (done) {
            return;
        }
        if (System.nanoTime() - giveUpAt >= 0) {
            fail(true, connected == null ? "connection_timeout" : "TLS_handshake_timeout");
            return;
        }
        if (connected == null && attempts.size() == 1) {
            attempt();
        }
        if (!done) {
            loop.timers().setAt(this, giveUpAt);
        }
    }

    /** A word for response details: Envoy's {@code delayed_connect_error:_111} form says the errno; names read better. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Connection refused")) {
            return "connection_refused";
        }
        if (message.contains("unreachable")) {
            return "unreachable";
        }
        if (message.contains("Too many open files")) {
            return "too_many_open_files";
        }
        return "connect_error:" + message.replace(' ', '_');
    }

    /** Waits for the handshake, then leaves the pipeline. */
    private final class HandshakeWatch extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    // Verification may still close the channel in a listener of the same event.
                    ctx.channel().config().setAutoRead(false);
                    ctx.pipeline().remove(this);
                    if (!ctx.channel().isActive()) {
                        fail(false, "TLS_error");
                    } else if (!transport.isAgreed(ctx.channel(), inside)) {
                        fail(false, "TLS_error:_no_common_application_protocol");
                    } else {
                        succeed(ctx.channel());
                    }
                } else {
                    fail(false, TlsFailure.reason(completion.cause()));
                }
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(false, TlsFailure.reason(cause));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(false, "TLS_error:connection_closed");
        }
    }
}
