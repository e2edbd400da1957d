package dev.weft.proxy;

import dev.weft.net.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The other end of the warm-up's configuration stream: takes what comes and says only that it does. */
final class H2Sink implements AutoCloseable {
    private final Channel channel;

    H2Sink(EventLoop loop, TlsContext tls) {
        this.channel = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        SslHandler handler = tls.newServerHandler(accepted);
                        accepted.pipeline()
                                .addLast(
                                        handler,
                                        Http2FrameCodecBuilder.forServer().build(),
                                        new Answer());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() {
        channel.close();
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame frame) {
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers().status("200").set("content-type", "application/grpc"))
                        .stream(frame.stream()));
            }
            ReferenceCountUtil.release(message);
        }
    }
}
