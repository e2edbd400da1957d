package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Registers each accepted connection with a loop, and rests when there must be none: until its owner lets it accept and while
 * it is paused, while the loops are full, and after an accept that failed. Confined to the listening socket's loop.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(AcceptHandler.class);

    /** Full: how soon it looks whether a connection has ended. */
    private static final int FULL_MILLIS = 100;

    /** After a failed accept: time for descriptors to return. */
    private static final int FAILED_MILLIS = 1000;

    private final EventLoops loops;
    private final Supplier<Loop> chooser;
    private final ListenSocket.Acceptor acceptor;
    private boolean paused = true;
    private boolean resting;

    AcceptHandler(EventLoops loops, Supplier<Loop> chooser, ListenSocket.Acceptor acceptor) {
        this.loops = loops;
        this.chooser = chooser;
        this.acceptor = acceptor;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel child = (Channel) message;
        Loop loop = chooser.get();
        loops.accepted(child);
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
        if (!loops.hasRoom()) {
            rest(ctx.channel(), FULL_MILLIS);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Mostly EMFILE: the queue would wake us again at once, for ever.
        LOG.warn("accept on {} failed, pausing for 1 s: {}", ctx.channel().localAddress(), String.valueOf(cause));
        rest(ctx.channel(), FAILED_MILLIS);
    }

    /** The owner's word; whatever else keeps it from accepting stays in force. */
    void pause(Channel socket, boolean on) {
        paused = on;
        readIfWanted(socket);
    }

    private void rest(Channel socket, int millis) {
        if (!resting) {
            resting = true;
            readIfWanted(socket);
            socket.eventLoop().schedule(() -> wake(socket), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void wake(Channel socket) {
        resting = false;
        if (loops.hasRoom()) {
            readIfWanted(socket);
        } else if (socket.isOpen()) {
            rest(socket, FULL_MILLIS);
        }
    }

    private void readIfWanted(Channel socket) {
        if (socket.isOpen()) {
            socket.config().setAutoRead(!paused && !resting);
        }
    }
}
