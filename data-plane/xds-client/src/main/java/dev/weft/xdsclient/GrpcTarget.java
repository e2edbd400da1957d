package dev.weft.xdsclient;

import dev.weft.base.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a gRPC server is and how it is reached: the address, plaintext or TLS, the loop everything happens on.
 *
 * @param address host (name or literal) and port
 * @param authority the {@code :authority} of requests
 * @param tls makes the TLS of one connection; null for plaintext. Asked for each connection anew, so that a renewed
 *     certificate is used by the next one
 * @param keepalive after this silence the peer is asked with a PING, after twice that it is dead
 */
public record GrpcTarget(
        Address address,
        String authority,
        @Nullable Supplier<? extends ClientTls> tls,
        EventLoop loop,
        ChannelFactory<? extends Channel> channels,
        Duration keepalive) {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int HANDSHAKE_MILLIS = 10_000;

    /** The TLS side of one connection; owned by net's contexts, used here without knowing how it is built. */
    public interface ClientTls {
        /** The handler that encrypts. It completes its handshake, or closes the channel. */
        ChannelHandler newHandler(Channel channel);

        /** What is wrong with the peer after the handshake, or null if it is who it must be. */
        @Nullable
        String refusal(ChannelHandler handler);
    }

    /** Connects; the outcome comes as an event on the loop. Call from the loop. */
    void connect(Http2Connection.Events events) {
        if (NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host())) {
            connect(new InetSocketAddress(NetUtil.getByName(address.host()), address.port()), events);
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
            ClientTls side = tls.get();
            ChannelHandler handler = side.newHandler(ctx.channel());
            ctx.pipeline().addFirst(handler);
            if (!(handler instanceof io.netty.handler.ssl.SslHandler ssl)) {
                proceed(ctx);
                return;
            }
            ssl.setHandshakeTimeout(HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
            ssl.handshakeFuture().addListener(done -> {
                String refusal = done.isSuccess() ? side.refusal(handler) : "TLS: " + describe(done.cause());
                if (refusal != null) {
                    failure = refusal;
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
            failure = "TLS: " + describe(cause);
            ctx.close();
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
