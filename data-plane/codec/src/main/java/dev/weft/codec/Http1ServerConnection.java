package dev.weft.codec;

import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A downstream HTTP/1.x connection: the last handler of its pipeline. Between its halves, {@link Http1RequestReader} and
 * {@link Http1ResponseWriter}, it keeps the one stream that may run, knows when both are done with it, and how the
 * connection ends.
 *
 * <p>Ends: after a refused request, or a response that says close, what is left to send goes out as long as the peer takes
 * some of it; then whatever still comes is dropped until the peer closes or the close time-out has passed, so that the peer
 * gets to read the answer (a close with unread bytes would reset the connection).
 */
public final class Http1ServerConnection extends ChannelInboundHandlerAdapter implements ServerConnection {
    /** How long the rest of a request is read and dropped behind its response. */
    private static final int REST_SECONDS = 5;

    private final CodecLoop shared;
    private final HttpServer server;
    private final Http1ServerOptions options;
    private final Deadline deadline = new Deadline();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http1RequestReader reader;
    private @Nullable Http1ResponseWriter writer;
    private @Nullable HttpStream stream; // until request and response are over
    private boolean responseEnded;
    private boolean broken; // the connection, by a reset or something wrong with TLS
    private boolean closeAfter;
    private long unsent; // while the last of it goes out: how much there was when the deadline began; else 0

    public Http1ServerConnection(CodecLoop shared, HttpServer server, Http1ServerOptions options) {
        this.shared = shared;
        this.server = server;
        this.options = options;
    }

    @Override
    public Channel channel() {
        return context().channel();
    }

    @Override
    public boolean isIdle() {
        return stream == null && reader().head() == null && !reader().isHolding();
    }

    @Override
    public void closeGracefully() {
        closeAfter = true;
        if (isIdle()) {
            context().close();
        }
    }

    // Netty's events.

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        reader = new Http1RequestReader(this, context, shared, options);
        writer = new Http1ResponseWriter(this, context, shared, options);
        if (context.channel().isActive()) {
            awaitRequest();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        awaitRequest();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reader().read((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        HttpStream current = stream;
        if (current != null) {
            current.requestFlush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        writer().writabilityChanged();
        if (context.channel().isWritable() && reader().isHolding()) {
            // Not from within the write that made room.
            context.executor().schedule(reader()::readOn, 0, TimeUnit.NANOSECONDS);
        }
    }

    /** Of a tunnel only: any other peer that ends its side is taken for gone. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !reader().inputEnded()) {
            context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        context.close(); // reset by the peer, TLS failure: channelInactive does the rest
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.discard();
        if (!broken && stream != null) {
            reader().inputEnded(); // a tunnel's peer that closes both directions at once, as TLS does, has said all
        }
        HttpStream current = stream;
        if (current != null) {
            current.downstreamGone();
            stream = null;
        }
        writer().release();
        reader().release();
        server.closed();
    }

    /** Another codec takes its place, before the first byte of a request. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.discard();
    }

    // From the reader.

    @Nullable
    HttpStream stream() {
        return stream;
    }

    void headBegun() {
        set(options.headTimeout().toNanos());
    }

    HttpStream newStream(RequestHead request) {
        deadline.clear();
        closeAfter |= !ConnectionFields.keepsAlive(request);
        responseEnded = false;
        HttpStream created = server.newStream(writer(), request);
        stream = created;
        return created;
    }

    boolean passesContinue() {
        return server.passesContinue();
    }

    void sendContinue() {
        writer().writeContinue();
    }

    /** The request has been read to its end. */
    void requestEnded() {
        HttpStream current = stream;
        if (current != null) {
            current.requestFlush();
        }
        if (responseEnded) {
            exchangeOver();
        }
    }

    void refuse(RequestHead request, Http1Error error) {
        server.rejected(request, error.status(), error.details());
        writer().refuse(error.status());
        closeLingering();
    }

    void badBody(RequestHead request, Http1Error error) {
        HttpStream current = stream;
        if (current != null && !current.isOver()) {
            closeAfter = true;
            boolean cut = current.isResponseStarted();
            current.refused(error.status(), error.details());
            if (cut) {
                return;
            }
        } else {
            server.rejected(request, error.status(), error.details());
        }
        if (!responseEnded) {
            writer().refuse(error.status());
        }
        closeLingering();
    }

    // From the writer.

    RequestHead request() {
        return Objects.requireNonNull(reader().head());
    }

    boolean isRequestEnded() {
        HttpStream current = stream;
        return current == null || current.isRequestEnded();
    }

    /** Whether the connection ends after the response that begins now. */
    boolean closesAfterResponse(boolean must) {
        HttpStream current = stream;
        // Bytes for the protocol that was asked for may be on their way: if it is refused, they must be no request.
        closeAfter |= must || current != null && current.isUpgradeAllowed() || server.closeAfterResponse();
        return closeAfter;
    }

    /** Both sides may send what they like from now on; the peer may end its side and still listen. */
    void tunnelBegins() {
        closeAfter = true;
        context().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    /** Tells the stream of its peer's pace; answers whether there is one. */
    boolean streamWritable(boolean writable) {
        HttpStream current = stream;
        if (current != null) {
            current.downstreamWritable(writable);
        }
        return current != null;
    }

    void readEnabled(boolean enabled) {
        reader().pause(!enabled);
    }

    void responseOver() {
        responseEnded = true;
        HttpStream current = stream;
        if (current != null && !current.isRequestEnded() && closeAfter) {
            closeLingering();
        } else if (reader().isBetweenRequests() && (current == null || current.isRequestEnded())) {
            exchangeOver();
        } else {
            set(TimeUnit.SECONDS.toNanos(REST_SECONDS));
        }
    }

    /** A half-sent response must not look complete: close without finishing it. */
    void abort() {
        stream = null;
        context().close();
    }

    // Ends.

    /** Request and response are both over. */
    private void exchangeOver() {
        stream = null;
        responseEnded = false;
        writer().next();
        if (closeAfter) {
            closeLingering();
        } else if (!reader().next()) {
            awaitRequest();
        }
    }

    /** What was written goes out first, however slowly its reader takes it: to end now would drop what the socket has not. */
    private void closeLingering() {
        stream = null;
        reader().close();
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            unsent = 0;
            if (written.isSuccess()) {
                endOutput();
            }
        });
        awaitFlush();
    }

    private void awaitFlush() {
        unsent = unsent();
        if (unsent > 0) {
            set(options.flushTimeout().toNanos());
        }
    }

    private long unsent() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    private void endOutput() {
        if (context().channel() instanceof DuplexChannel duplex
                && !duplex.isInputShutdown()
                && options.closeTimeout().isPositive()
                && context().pipeline().get(SslHandler.class) == null) {
            set(options.closeTimeout().toNanos());
            duplex.shutdownOutput();
        } else {
            context().close(); // both have ended; with TLS the close_notify has to go out first: the handler does both
        }
    }

    private void awaitRequest() {
        set(options.idleTimeout().toNanos());
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    private Http1RequestReader reader() {
        return Objects.requireNonNull(reader);
    }

    private Http1ResponseWriter writer() {
        return Objects.requireNonNull(writer);
    }

    private void set(long nanos) {
        if (nanos > 0) {
            shared.timers().set(deadline, nanos);
        } else {
            deadline.clear();
        }
    }

    /** Idle, head, flush and close time-outs: only one of them can run at a time. */
    private final class Deadline extends TimerWheel.Timer {
        @Override
        protected void expired() {
            if (stream != null && !responseEnded) {
                return; // the stream has deadlines of its own
            }
            if (unsent > 0 && unsent() < unsent) {
                awaitFlush();
                return;
            }
            if (stream == null && reader().isBetweenRequests() && reader().head() != null) {
                server.rejected(reader().head(), 408, "request_header_timeout");
                writer().refuse(408);
            }
            context().close();
        }
    }
}
