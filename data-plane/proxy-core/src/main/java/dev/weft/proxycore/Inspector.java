package dev.weft.proxycore;

import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection until it is known what they are or the listener's deadline has passed, then
 * makes way for the filter chain and hands it the bytes. A protocol whose server speaks first sends nothing: for it the
 * deadline decides.
 */
final class Inspector extends ChannelInboundHandlerAdapter {
    private final Acceptor acceptor;
    private final Worker worker;
    private final ListenerRuntime listener;
    private final ConnectionInfo info;
    private final Deadline deadline = new Deadline();
    private final @Nullable Patience patience; // null: the whole deadline for everyone
    private final long began = System.nanoTime();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ByteBuf seen;
    private boolean decided;

    Inspector(Acceptor acceptor, Worker worker, ListenerRuntime listener, ConnectionInfo info) {
        this.acceptor = acceptor;
        this.worker = worker;
        this.listener = listener;
        this.info = info;
        this.patience = listener.waitsOnlyForHttp() ? worker.patience(listener) : null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        long nanos = listener.config().listenerFiltersTimeout().toNanos();
        if (nanos > 0) {
            worker.upstream().timers().set(deadline, patience == null ? nanos : patience.of(nanos));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = seen;
        if (before == null) {
            seen = in;
        } else {
            seen = context.alloc()
                    .buffer(before.readableBytes() + in.readableBytes())
                    .writeBytes(before)
                    .writeBytes(in);
            before.release();
            in.release();
        }
        look(false);
    }

    private void look(boolean deadlinePassed) {
        ByteBuf bytes = seen;
        if (decided) {
            return;
        }
        Detection found = bytes == null
                ? (deadlinePassed ? Detection.OPAQUE : Detection.MORE)
                : Detection.detect(bytes, listener.inspectsTls(), listener.inspectsHttp(), deadlinePassed);
        switch (found) {
            case Detection.More more -> {}
            case Detection.Opaque opaque -> {
                if (patience != null && bytes != null) {
                    patience.sawOther();
                }
                decide();
            }
            case Detection.Tls tls -> {
                info.transportProtocol = "tls";
                info.serverName = tls.serverName();
                info.applicationProtocols = tls.applicationProtocols();
                decide();
            }
            case Detection.Http http -> {
                info.applicationProtocols = http.protocols();
                if (patience != null) {
                    patience.sawHttp();
                }
                decide();
            }
        }
    }

    private void decide() {
        decided = true;
        deadline.discard();
        ChannelHandlerContext context = java.util.Objects.requireNonNull(ctx);
        ByteBuf bytes = seen;
        seen = null;
        acceptor.choose(worker, listener, context.channel(), info);
        if (bytes != null) {
            context.fireChannelRead(bytes);
            context.fireChannelReadComplete();
        }
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.discard();
        ByteBuf bytes = seen;
        seen = null;
        decided = true;
        if (bytes != null) {
            bytes.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private final class Deadline extends TimerWheel.Timer {
        @Override
        protected void expired() {
            if (decided) {
                return;
            }
            if (patience != null && seen == null) {
                patience.ranOut();
            }
            long whole = began + listener.config().listenerFiltersTimeout().toNanos();
            if (seen != null && System.nanoTime() - whole < 0) {
                worker.upstream().timers().setAt(this, whole);
            } else if (listener.config().continueOnListenerFiltersTimeout()) {
                look(true);
                if (!decided) {
                    decide();
                }
            } else {
                java.util.Objects.requireNonNull(ctx).close();
            }
        }
    }
}
