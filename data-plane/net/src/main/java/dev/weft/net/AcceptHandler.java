package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Registers each accepted connection with a loop. Confined to the listening socket's loop. */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = System.getLogger(AcceptHandler.class.getName());

    private final Supplier<Loop> chooser;
    private final ListenSocket.Acceptor acceptor;

    AcceptHandler(Supplier<Loop> chooser, ListenSocket.Acceptor acceptor) {
        this.chooser = chooser;
        this.acceptor = acceptor;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel child = (Channel) message;
        Loop loop = chooser.get();
        child.pipeline().addLast(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                loop.connectionOpened();
                channel.closeFuture().addListener(closed -> loop.connectionClosed());
                acceptor.accept(loop, channel);
            }
        });
        loop.netty().register(child).addListener(registered -> {
            if (!registered.isSuccess()) {
                child.unsafe().closeForcibly();
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // accept failed, mostly EMFILE: the queue would wake us again at once, for ever. Give descriptors time to
        // return.
        LOG.log(
                Level.WARNING,
                "accept on {0} failed, pausing for 1 s: {1}",
                ctx.channel().localAddress(),
                cause);
        if (ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(false);
            ctx.channel().eventLoop().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
