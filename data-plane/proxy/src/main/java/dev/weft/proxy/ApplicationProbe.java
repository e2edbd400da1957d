package dev.weft.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the application beside us serves: its port accepts, or a path answers 2xx. Asks often at first, because an
 * instance that could serve and is not registered is wasted. Confined to the control thread.
 */
final class ApplicationProbe {
    private static final long INTERVAL_MILLIS = 50;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int ENOUGH = 64; // bytes of a status line

    private final EventLoop loop;
    private final @Nullable InetSocketAddress source;
    private final InetSocketAddress address;
    private final @Nullable String path;
    private final Runnable ready;
    private boolean stopped;

    /**
     * @param source where connections come from; null = the kernel's choice
     * @param path asked for over HTTP/1.1; null = an accepted connection is enough
     * @param ready called once
     */
    ApplicationProbe(
            EventLoop loop,
            @Nullable InetSocketAddress source,
            InetSocketAddress address,
            @Nullable String path,
            Runnable ready) {
        this.loop = loop;
        this.source = source;
        this.address = address;
        this.path = path;
        this.ready = ready;
    }

    void start() {
        if (stopped) {
            return;
        }
        Channel socket;
        try {
            socket = new EpollSocketChannel();
        } catch (ChannelException e) { // no descriptor left
            again();
            return;
        }
        new Bootstrap()
                .group(loop)
                .channelFactory(() -> socket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                .handler(new Asking())
                .connect(address, source)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        again();
                    }
                });
    }

    void stop() {
        stopped = true;
    }

    private void again() {
        if (!stopped) {
            loop.schedule(this::start, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void succeeded() {
        if (!stopped) {
            stopped = true;
            ready.run();
        }
    }

    private final class Asking extends ChannelInboundHandlerAdapter {
        private final StringBuilder answer = new StringBuilder();
        private boolean over;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (path == null) {
                over = true;
                ctx.close();
                succeeded();
                return;
            }
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + address.getHostString() + ":" + address.getPort()
                    + "\r\nUser-Agent: weft-probe\r\nConnection: close\r\n\r\n";
            ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
            ctx.executor().schedule(() -> ctx.close(), TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            int take = Math.min(bytes.readableBytes(), ENOUGH - answer.length());
            answer.append(bytes.toString(bytes.readerIndex(), take, StandardCharsets.ISO_8859_1));
            bytes.release();
            if (!over && answer.indexOf("\n") >= 0 || answer.length() >= ENOUGH) {
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (over) {
                return;
            }
            over = true;
            if (answer.toString().matches("(?s)HTTP/1\\.[01] 2\\d\\d.*")) {
                succeeded();
            } else {
                again();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
