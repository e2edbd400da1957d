package dev.weft.proxy;

import dev.weft.codec.CodecLoop;
import dev.weft.codec.Http2Options;
import dev.weft.codec.Http2ServerConnection;
import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.net.TlsContext;
import dev.weft.xdsclient.ControlThread;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The other end of the warm-up's configuration stream: takes what comes and says only that it does. */
final class H2Sink implements HttpServer, TerminalFilter, AutoCloseable {
    private static final byte[] GRPC = Ascii.bytes("application/grpc");

    private final FilterChain chain = new FilterChain(List.of(), this, 0);
    private final CodecLoop codec;
    private final Channel channel;

    H2Sink(ControlThread thread, TlsContext tls) {
        this.codec = thread.codec();
        this.channel = new ServerBootstrap()
                .group(thread.loop())
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        Http2ServerConnection connection =
                                new Http2ServerConnection(codec, H2Sink.this, Http2Options.APPLICATION);
                        accepted.pipeline().addLast(tls.newServerHandler(accepted), connection.handler());
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

    @Override
    public HttpStream newStream(Downstream downstream, RequestHead head) {
        return new HttpStream(downstream, head, chain, null);
    }

    @Override
    public void rejected(@Nullable RequestHead head, int status, String details) {}

    @Override
    public boolean closeAfterResponse() {
        return false;
    }

    @Override
    public void closed() {}

    @Override
    public void requestHead(HttpStream stream, RequestHead head, boolean end) {
        ResponseHead response = codec.takeResponse();
        response.status(200);
        response.headers().set(KnownHeader.CONTENT_TYPE, GRPC);
        stream.responseHead(response, false);
        codec.giveBack(response);
        stream.responseFlush();
    }

    @Override
    public void requestData(HttpStream stream, ByteBuf data, boolean end) {
        data.release();
    }

    @Override
    public void requestTrailers(HttpStream stream, HeaderBlock trailers) {}

    @Override
    public void requestFlush(HttpStream stream) {}

    @Override
    public void downstreamWritable(HttpStream stream, boolean writable) {}

    @Override
    public void streamEnd(HttpStream stream, StreamEnd end) {}
}
