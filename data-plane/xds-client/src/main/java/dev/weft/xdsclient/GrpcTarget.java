package dev.weft.xdsclient;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import dev.weft.net.TlsConnection;
import dev.weft.net.TlsContext;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a gRPC server is and how it is reached: the address, plaintext or TLS, the loop everything happens on.
 *
 * @param address host (name or literal) and port
 * @param authority the {@code :authority} of requests
 * @param tls null for plaintext
 * @param keepalive after this silence the peer is asked with a PING, after twice that it is dead
 */
public record GrpcTarget(
        Address address,
        String authority,
        @Nullable Tls tls,
        EventLoop loop,
        ChannelFactory<? extends Channel> channels,
        Duration keepalive) {
    private static final int CONNECT_MILLIS = 5_000;

    /**
     * How a server is spoken to over TLS. The context follows its secrets, so each new connection uses the newest
     * certificate.
     *
     * @param expected the server's identity; null = what the context itself checks is enough
     */
    public record Tls(TlsContext context, @Nullable SpiffeId expected) {}

    /** Connects; the outcome comes as an event on the loop. Call from the loop. */
    void connect(Http2Connection.Events events) {
        if (NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host())) {
            connect(new InetSocketAddress(address.host(), address.port()), events); // a literal: nothing to resolve
            return;
        }
        // The JDK's resolver blocks for as long as DNS pleases; the control thread must not.
        Thread.ofVirtual().name("weft-resolve").start(() -> {
            try {
                InetAddress resolved = InetAddress.getByName(address.host());
                loop.execute(() -> connect(new InetSocketAddress(resolved, address.port()), events));
            } catch (UnknownHostException e) {
                loop.execute(() -> events.closed("unknown host " + address.host()));
            }
        });
    }

    private void connect(InetSocketAddress remote, Http2Connection.Events events) {
        new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Start(events));
                    }
                })
                .connect(remote)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        events.closed(describe(done.cause()));
                    }
                });
    }

    /** Puts TLS and HTTP/2 in place once the connection stands. */
    private final class Start extends ChannelInboundHandlerAdapter {
        private final Http2Connection.Events events;
        private String failure = "connection closed during the TLS handshake";
        private boolean over;

        Start(Http2Connection.Events events) {
            this.events = events;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (tls == null) {
                proceed(ctx);
                return;
            }
            SslHandler handler = tls.context().newClientHandler(ctx.channel(), tls.expected(), address.host());
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
                    proceed(ctx);
                }
            });
            ctx.fireChannelActive();
        }

        private void proceed(ChannelHandlerContext ctx) {
            over = true;
            ctx.pipeline().remove(this);
            NettyHttp2Connection.install(ctx.channel(), events, keepalive);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!over) {
                over = true;
                events.closed(failure);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // the handshake's own listener says why
        }
    }

    /** One line about a failure: its message, or its class where there is none. */
    static String describe(Throwable cause) {
        Throwable inner = cause;
        while (inner instanceof io.netty.handler.codec.DecoderException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        String message = inner.getMessage();
        return message == null || message.isEmpty() ? inner.getClass().getSimpleName() : message;
    }
}
