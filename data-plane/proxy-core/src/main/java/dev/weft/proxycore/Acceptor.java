package dev.weft.proxycore;

import dev.weft.http.ResponseFlag;
import dev.weft.net.ConnectionBuffers;
import dev.weft.net.ListenSocket;
import dev.weft.net.Loop;
import dev.weft.net.OriginalDestination;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the accepted connections of one socket: finds their destination, the listener and filter chain that serve them,
 * and hands them on. Called on the connection's loop.
 */
final class Acceptor implements ListenSocket.Acceptor {
    private static final WriteBufferWaterMark WATERMARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final Engine engine;
    private final String listenerName;
    private final OriginalDestination originalDestination;

    Acceptor(Engine engine, String listenerName, OriginalDestination originalDestination) {
        this.engine = engine;
        this.listenerName = listenerName;
        this.originalDestination = originalDestination;
    }

    @Override
    public void accept(Loop loop, SocketChannel channel) {
        ListenerRuntime own = engine.listeners().byName().get(listenerName);
        if (own == null) {
            channel.close();
            return;
        }
        channel.config().setWriteBufferWaterMark(WATERMARK);
        ConnectionBuffers.use(channel.config());
        InetSocketAddress local = channel.localAddress();
        InetSocketAddress remote = channel.remoteAddress();
        InetSocketAddress wanted = own.asksOriginalDestination() ? originalDestination.of(channel) : null;
        if (wanted != null && isThisListener(wanted, local)) {
            wanted = null; // redirected to where it went anyway; dialled, it would come back for ever
        }
        ConnectionInfo info = new ConnectionInfo(remote, wanted == null ? local : wanted, wanted != null);
        ListenerRuntime listener = own;
        if (own.config().useOriginalDst() && wanted != null) {
            ListenerRuntime other = engine.listeners().forDestination(wanted);
            listener = other == null ? own : other;
        }
        Worker worker = engine.worker(loop);
        AccessLogger log = listener.log();
        if (log != null) {
            channel.pipeline().addLast(new ListenerLog(log, worker, info));
        }
        if (listener.inspects()) {
            channel.pipeline().addLast(new Inspector(this, worker, listener, info));
        } else {
            choose(worker, listener, channel, info);
        }
    }

    /** Whether the address a client dialled is this machine's, with the port it was redirected to. */
    private static boolean isThisListener(InetSocketAddress wanted, InetSocketAddress local) {
        if (wanted.getPort() != local.getPort()) {
            return false;
        }
        try {
            return wanted.getAddress().isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(wanted.getAddress()) != null;
        } catch (SocketException e) {
            return false; // the machine's addresses cannot be read
        }
    }

    /** Everything that decides is known: finds the chain and lets it serve. */
    void choose(Worker worker, ListenerRuntime listener, Channel channel, ConnectionInfo info) {
        ChainRuntime chain = listener.chain(info);
        if (chain == null) {
            info.unserved = true;
            info.flags |= ResponseFlag.NO_ROUTE_FOUND.bit(); // as Envoy says it
            channel.close();
            return;
        }
        if (!chain.transport().isTls()) {
            chain.filter().serve(worker, chain, channel, info);
            return;
        }
        ChannelHandler tls = chain.transport().newHandler(channel);
        if (tls == null) {
            channel.close(); // no certificate yet: nobody is served rather than someone in plaintext
            return;
        }
        channel.pipeline().addLast(tls);
        channel.pipeline().addLast(new HandshakeWatch(worker, chain, info));
    }

    /** Waits for the handshake; what is inside was decided with the chain. */
    private static final class HandshakeWatch extends ChannelInboundHandlerAdapter {
        private final Worker worker;
        private final ChainRuntime chain;
        private final ConnectionInfo info;

        HandshakeWatch(Worker worker, ChainRuntime chain, ConnectionInfo info) {
            this.worker = worker;
            this.chain = chain;
            this.info = info;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (!completion.isSuccess() || !ctx.channel().isActive()) {
                    ctx.close();
                    return;
                }
                chain.filter().serve(worker, chain, ctx.channel(), info);
                ctx.pipeline().remove(this);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
            ctx.close();
        }
    }
}
