package dev.weft.xdsclient;

import dev.weft.codec.Http2ClientConnection;
import dev.weft.codec.Http2Options;
import dev.weft.codec.Mux;
import dev.weft.net.SystemNames;
import dev.weft.net.TlsConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a gRPC server, from dialling to its end: TCP, TLS if any, then HTTP/2. In its pipeline it stands between
 * the last two, where it hears what went wrong below.
 *
 * <p>Threads: confined to the target's loop.
 */
final class GrpcConnection extends ChannelInboundHandlerAdapter implements Http2ClientConnection.Owner {
    /** What becomes of the connection. */
    interface Events {
        /** Handshakes done and the peer's SETTINGS read: calls may be made. */
        void ready(GrpcConnection connection);

        /** The peer wants no new calls here (GOAWAY); those open may finish. */
        void goingAway(String reason);

        /** Over, or never came to be; called exactly once. */
        void closed(String reason);
    }

    private static final int CONNECT_MILLIS = 5_000;

    /**
     * Any control plane is obeyed in all that traffic does, so it is trusted here, too; but heads of gRPC are small. A
     * state-of-the-world answer of a large mesh is megabytes. Without a call the connection stays.
     */
    private static final Http2Options OPTIONS = new Http2Options(
            100,
            1 << 20,
            1 << 20,
            4 << 20,
            16 << 10,
            100,
            16,
            Duration.ZERO,
            Duration.ZERO,
            true,
            Duration.ZERO,
            Duration.ZERO,
            false,
            Mux.OFF,
            "");

    private final GrpcTarget target;
    private final Events events;
    private final Http2ClientConnection http2;
    private String failure = "connection closed during the TLS handshake"; // before HTTP/2 is spoken
    private boolean speaking; // HTTP/2 is in the pipeline and hears of the end
    private boolean ready;
    private boolean leaving;

    private GrpcConnection(GrpcTarget target, Events events) {
        this.target = target;
        this.events = events;
        this.http2 = new Http2ClientConnection(
                target.thread().codec(), OPTIONS.withPings(target.keepalive(), target.keepalive()), this);
    }

    /** Connects; the outcome comes as an event on the loop. Call from the loop. */
    static void open(GrpcTarget target, Events events) {
        String host = target.address().host();
        int port = target.address().port();
        GrpcConnection connection = new GrpcConnection(target, events);
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            connection.dial(new InetSocketAddress(host, port)); // a literal: nothing to resolve
            return;
        }
        // The JDK's resolver blocks for as long as DNS pleases; the control thread must not.
        Thread.ofVirtual().name("weft-resolve").start(() -> {
            try {
                InetAddress resolved = SystemNames.resolve(host)[0];
                target.loop().execute(() -> connection.dial(new InetSocketAddress(resolved, port)));
            } catch (UnknownHostException e) {
                target.loop().execute(() -> events.closed("unknown host " + host));
            }
        });
    }

    GrpcTarget target() {
        return target;
    }

    /** What calls are made on. */
    Http2ClientConnection http2() {
        return http2;
    }

    /** Closes the connection and everything on it; its calls end with that reason. */
    void close(String reason) {
        http2.close(reason);
    }

    private void dial(InetSocketAddress remote) {
        Channel socket;
        try {
            socket = target.thread().channels().newChannel();
        } catch (ChannelException e) { // no descriptor left; Bootstrap would tell it on a thread that is not the loop's
            events.closed(describe(e));
            return;
        }
        new Bootstrap()
                .group(target.loop())
                .channelFactory(() -> socket)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(GrpcConnection.this);
                    }
                })
                .connect(remote)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        events.closed(describe(done.cause()));
                    }
                });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        GrpcTarget.Tls tls = target.tls();
        if (tls == null) {
            speak(ctx);
            return;
        }
        SslHandler handler = tls.context()
                .newClientHandler(
                        ctx.channel(), tls.expected(), target.address().host());
        if (handler == null) {
            failure = "no certificate yet";
            ctx.close();
            return;
        }
        ctx.pipeline().addFirst(handler);
        handler.handshakeFuture().addListener(done -> {
            TlsConnection side = TlsConnection.of(ctx.channel());
            String refusal = side == null ? null : side.failure();
            if (refusal != null) {
                failure = "TLS: the server " + refusal;
                ctx.close();
            } else if (!done.isSuccess()) {
                failure = "TLS: " + describe(done.cause());
                ctx.close();
            } else {
                speak(ctx);
            }
        });
    }

    private void speak(ChannelHandlerContext ctx) {
        speaking = true;
        ctx.pipeline().addLast(http2.handler());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (speaking) {
            ctx.fireChannelInactive();
        } else {
            events.closed(failure);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (speaking) {
            http2.close(describe(cause));
        } else {
            ctx.close(); // the handshake's own listener says why
        }
    }

    @Override
    public void roomChanged(Http2ClientConnection connection) {
        if (!ready && http2.isHeard()) {
            ready = true;
            events.ready(this);
        }
        String why = http2.why();
        if (!leaving && why != null) {
            leaving = true;
            events.goingAway(why);
        }
    }

    @Override
    public void connectionClosed(Http2ClientConnection connection) {
        events.closed(Objects.requireNonNull(http2.why()));
    }

    /** One line about a failure: its message, or its class where there is none. */
    private static String describe(@Nullable Throwable cause) {
        Throwable inner = Objects.requireNonNull(cause);
        while (inner instanceof DecoderException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        String message = inner.getMessage();
        return message == null || message.isEmpty() ? inner.getClass().getSimpleName() : message;
    }
}
