package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.base.SpiffeId;
import dev.weft.net.TlsConnection;
import dev.weft.net.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP server for people, probes and the control plane, on the control thread. Never on the path of traffic.
 *
 * <p>Limits: 64 connections, 4 KiB request line, 8 KiB headers, 16 KiB body, 30 s without a request.
 */
final class AdminServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_LINE = 4 << 10;
    private static final int MAX_HEADERS = 8 << 10;
    private static final int MAX_BODY = 16 << 10;
    private static final int IDLE_SECONDS = 30;
    private static final int TLS_HANDSHAKE_RECORD = 22;

    /** Who may speak to it, and how. */
    sealed interface Door {
        /**
         * Plain HTTP.
         *
         * @param checkHost only for requests that name an address, not a web page's (DNS rebinding)
         * @param posters users of this machine, by number, whose POSTs are served; null = whoever comes
         */
        record Plain(boolean checkHost, @Nullable IntPredicate posters) implements Door {}

        /**
         * TLS with a client certificate; plaintext only for what {@code openPages} allows.
         *
         * @param allowed the one identity that is served
         */
        record Mutual(
                TlsContext tls, SpiffeId allowed, @Nullable Function<AdminRequest, AdminResponse> openPages)
                implements Door {}
    }

    private final Function<AdminRequest, AdminResponse> pages;
    private final Door door;
    private final Log log;
    private final Channel channel;
    private int connections; // confined to the loop

    /** Binds; throws {@link java.io.UncheckedIOException} when the address cannot be had. Any thread but the loop. */
    AdminServer(EventLoop loop, Address address, Door door, Function<AdminRequest, AdminResponse> pages, Log log) {
        this.pages = pages;
        this.door = door;
        this.log = log;
        this.channel = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, MAX_CONNECTIONS)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accept(accepted);
                    }
                })
                .bind(new InetSocketAddress(address.host(), address.port()))
                .syncUninterruptibly()
                .channel();
    }

    /** The port it is bound to. */
    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() {
        channel.close();
    }

    private void accept(Channel accepted) {
        if (connections >= MAX_CONNECTIONS) {
            accepted.close();
            return;
        }
        connections++;
        accepted.closeFuture().addListener(closed -> connections--);
        switch (door) {
            case Door.Plain plain -> serve(accepted, null, pages);
            case Door.Mutual mutual -> accepted.pipeline().addLast(new FirstByte(mutual));
        }
    }

    private void serve(Channel accepted, Door.@Nullable Mutual mutual, Function<AdminRequest, AdminResponse> served) {
        accepted.pipeline()
                .addLast(
                        new ReadTimeoutHandler(IDLE_SECONDS),
                        new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_BODY),
                        new HttpObjectAggregator(MAX_BODY),
                        new Handler(mutual, served));
    }

    /** TLS, or plaintext where some pages are open to it. */
    private final class FirstByte extends ByteToMessageDecoder {
        private final Door.Mutual mutual;

        FirstByte(Door.Mutual mutual) {
            this.mutual = mutual;
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            boolean tls = in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE_RECORD;
            if (tls) {
                SslHandler handler = mutual.tls.newServerHandler(ctx.channel());
                if (handler == null) {
                    ctx.close(); // no certificate of our own yet
                    return;
                }
                ctx.pipeline().addLast(handler);
                serve(ctx.channel(), mutual, pages);
            } else if (mutual.openPages != null) {
                serve(ctx.channel(), null, mutual.openPages);
            } else {
                ctx.close();
                return;
            }
            ctx.pipeline().remove(this); // hands on what it has read
        }
    }

    private final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Door.@Nullable Mutual mutual;
        private final Function<AdminRequest, AdminResponse> served;

        Handler(Door.@Nullable Mutual mutual, Function<AdminRequest, AdminResponse> served) {
            this.mutual = mutual;
            this.served = served;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls == null) {
                respond(ctx, request);
                return;
            }
            // A request may come in one flight with the end of the handshake: who asks is known after those who wait
            // for
            // that end before us have been told.
            request.retain();
            tls.handshakeFuture().addListener(done -> {
                try {
                    respond(ctx, request);
                } finally {
                    request.release();
                }
            });
        }

        private void respond(ChannelHandlerContext ctx, FullHttpRequest request) {
            boolean head = request.method().name().equals("HEAD");
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            AdminResponse answer = answer(ctx, request);
            if (answer.later() == null) {
                write(ctx, answer, head, keepAlive);
            } else {
                answer.later()
                        .whenComplete((late, failure) -> ctx.executor()
                                .execute(() -> write(
                                        ctx,
                                        late != null ? late : AdminResponse.text(503, failure.getMessage() + "\n"),
                                        head,
                                        keepAlive)));
            }
        }

        private void write(ChannelHandlerContext ctx, AdminResponse answer, boolean head, boolean keepAlive) {
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(answer.status()),
                    head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, max-age=0")
                    .set("x-content-type-options", "nosniff");
            boolean keep = keepAlive && answer.status() < 400;
            HttpUtil.setKeepAlive(response, keep);
            ctx.writeAndFlush(response).addListener(keep ? future -> {} : ChannelFutureListener.CLOSE);
        }

        private AdminResponse answer(ChannelHandlerContext ctx, FullHttpRequest request) {
            if (request.decoderResult().isFailure()) {
                return AdminResponse.text(400, "bad request\n");
            }
            SpiffeId peer = null;
            if (mutual != null) {
                TlsConnection tls = TlsConnection.of(ctx.channel());
                peer = tls == null ? null : tls.identity();
                if (!mutual.allowed.equals(peer)) {
                    return AdminResponse.text(
                            403, "only for " + mutual.allowed + ", not for " + (peer == null ? "nobody" : peer) + "\n");
                }
            } else if (door instanceof Door.Plain plain && plain.checkHost && isForeign(request)) {
                return AdminResponse.text(403, "refused: the Host header must name an address, not a web site\n");
            }
            String method = request.method().name();
            if (!method.equals("GET") && !method.equals("HEAD") && !method.equals("POST")) {
                return AdminResponse.text(405, "method not allowed\n");
            }
            if (method.equals("POST") && door instanceof Door.Plain plain && !mayPost(plain, ctx.channel())) {
                return AdminResponse.text(403, "refused: only root and the proxy's own user may change something\n");
            }
            try {
                return served.apply(AdminRequest.of(method, request.uri(), peer));
            } catch (RuntimeException e) {
                log.error("admin page " + request.uri() + " failed: " + e);
                return AdminResponse.text(500, "internal error\n");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log.debug("admin connection closed: " + cause.getMessage());
            ctx.close();
        }
    }

    private static boolean mayPost(Door.Plain door, Channel channel) {
        return door.posters == null
                || channel.remoteAddress() instanceof InetSocketAddress peer
                        && channel.localAddress() instanceof InetSocketAddress self
                        && door.posters.test(LocalPeer.uid(peer, self));
    }

    /**
     * Whether a request may come from a web page in a browser on this machine: its Host is a name that anyone's DNS may
     * point here (R53), or it carries the origin of a page.
     */
    private static boolean isForeign(FullHttpRequest request) {
        if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
            return true;
        }
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (host == null) {
            return false; // HTTP/1.0; a browser always sends it
        }
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        if (name.startsWith("[") && name.endsWith("]")) {
            return false;
        }
        return !name.equals("localhost") && !io.netty.util.NetUtil.isValidIpV4Address(name);
    }
}
