package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.http.UpstreamListener.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An upstream HTTP/1.1 connection: the last handler of its pipeline. Carries one exchange at a time, written by
 * {@link Http1RequestWriter} and read by {@link Http1ResponseReader}; between exchanges it rests in a pool, where any byte or
 * end from the peer closes it.
 */
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter
        implements UpstreamConnection, BodyReader.Sink {
    /** The pool that keeps the connection. */
    public interface Owner {
        /** An exchange ended by itself and its listener knows. If the connection cannot carry another, it is closed. */
        void exchangeOver(Http1ClientConnection connection, boolean reusable);

        /** The connection is closed, in whatever state; called once. */
        void connectionClosed(Http1ClientConnection connection);
    }

    private final CodecLoop shared;
    private final Http1ResponseReader reader;
    private final Owner owner;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http1RequestWriter writer;
    private @Nullable UpstreamListener listener; // of the exchange under way
    private boolean keepAlive;
    private boolean delivered; // something was given to the listener in this read
    private boolean broken; // by a reset, or something wrong with TLS
    private boolean closed;
    private long requests;
    private long keepAliveSeconds = -1;

    public Http1ClientConnection(CodecLoop shared, Http1Limits limits, Owner owner) {
        this.shared = shared;
        this.reader = new Http1ResponseReader(shared, limits);
        this.owner = owner;
    }

    public Channel channel() {
        return context().channel();
    }

    @Override
    public SocketAddress localAddress() {
        return channel().localAddress();
    }

    @Override
    public boolean isFresh() {
        return requests == 0;
    }

    /** Seconds of the peer's {@code Keep-Alive: timeout=}, or -1 when it named none. */
    public long keepAliveSeconds() {
        return keepAliveSeconds;
    }

    /** Whether a new exchange may begin: open, at a message boundary, reading, nothing pending in either direction. */
    public boolean isReusable() {
        return !closed
                && listener == null
                && reader.isAtRest()
                && context().channel().isActive()
                && context().channel().config().isAutoRead()
                && writer().isAtRest();
    }

    @Override
    public Upstream start(UpstreamListener who, RequestHead request, boolean end, boolean upgrade) {
        if (!isReusable()) {
            throw new IllegalStateException("connection is not at rest");
        }
        requests++;
        listener = who;
        keepAlive = true;
        reader.await(request, upgrade);
        writer().writeHead(request, end, upgrade);
        return writer();
    }

    // From the writer.

    @Nullable
    UpstreamListener listener() {
        return listener;
    }

    boolean isClosed() {
        return closed;
    }

    void readEnabled(boolean enabled) {
        if (!closed) {
            context().channel().config().setAutoRead(enabled);
        }
    }

    /** Gives the exchange up, and with it the connection: its response may still come. */
    void cancel() {
        listener = null;
        if (writer().isTunnelEnded()) {
            // Given up after its client had said all: that arrives.
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        writer().release();
        if (writer().isTunnel() && channel().isActive()) {
            // As TcpUpstream does: what a client broke off must not look like a tunnel that has ended.
            channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        context().close();
    }

    // Netty's events.

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        writer = new Http1RequestWriter(this, context, shared);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        while (in.isReadable()) {
            UpstreamListener current = listener;
            if (current == null) {
                // At rest nothing may come; with a pending exchange gone, what comes is of no use.
                context.close();
                break;
            }
            if (reader.isInBody() ? readBody(in, current) : readHead(in, current)) {
                return; // the buffer is someone else's now
            }
        }
        in.release();
    }

    private boolean readHead(ByteBuf in, UpstreamListener current) {
        if (!reader.readHead(in)) {
            return false;
        }
        Http1Error error = reader.parseHead();
        if (error != null) {
            fail(Failure.PROTOCOL_ERROR, error.details());
            return false;
        }
        delivered = true;
        ResponseHead response = reader.head();
        ConnectionFields.dropNominated(response.headers());
        if (response.isInformational()) {
            current.informational(response);
            reader.nextHead();
            return false;
        }
        keepAlive = ConnectionFields.keepsAlive(response);
        long seconds = ConnectionFields.keepAliveSeconds(response.headers());
        if (seconds >= 0) {
            keepAliveSeconds = seconds;
        }
        boolean end = !reader.beginBody();
        // A body that must not be there, an answer to nothing, a first chunk that is none: what the head says cannot be
        // trusted either, and there is still time for an answer of our own.
        error = !end ? reader.readFraming(in) : in.isReadable() ? Http1Error.UNEXPECTED_BODY : null;
        if (error != null) {
            fail(Failure.PROTOCOL_ERROR, error.details());
            return false;
        }
        current.responseHead(response, end);
        if (end && listener == current) {
            responseRead(current, false);
        }
        return false;
    }

    private boolean readBody(ByteBuf in, UpstreamListener current) {
        Http1Error error = reader.readBody(in, this);
        boolean gone = reader.tookBuffer();
        if (listener == current) {
            if (error != null) {
                fail(Failure.PROTOCOL_ERROR, error.details());
            } else if (reader.isBodyDone()) {
                responseRead(current, !gone && in.isReadable());
            }
        }
        return gone;
    }

    @Override
    public void bodyData(ByteBuf data, boolean end) {
        UpstreamListener current = listener;
        if (current == null) {
            data.release();
            return;
        }
        delivered = true;
        current.responseData(data, end);
    }

    @Override
    public void bodyTrailers(HeaderBlock trailers) {
        UpstreamListener current = listener;
        if (current != null) {
            delivered = true;
            current.responseTrailers(trailers);
        }
    }

    /** @param more bytes follow the response: nobody asked for them, so the connection cannot be trusted any more */
    private void responseRead(UpstreamListener current, boolean more) {
        listener = null;
        reader.release();
        if (!context().channel().config().isAutoRead()) {
            context().channel().config().setAutoRead(true);
        }
        boolean reusable = keepAlive && writer().isEnded() && !more && isReusable();
        if (!reusable) {
            writer().release();
            context().close();
        }
        current.done();
        owner.exchangeOver(this, reusable);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        UpstreamListener current = listener;
        if (delivered && current != null) {
            current.responseFlush();
        }
        delivered = false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        writer().writabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        writer().release();
        UpstreamListener current = listener;
        if (current != null && reader.endsAtClose() && !isCutOff()) {
            listener = null;
            current.responseData(Unpooled.EMPTY_BUFFER, true);
            current.done();
            owner.exchangeOver(this, false);
        } else if (current != null) {
            boolean stale = requests > 1 && reader.isAtRest(); // else the request was heard
            fail(stale ? Failure.STALE_CONNECTION : Failure.CONNECTION_LOST, "connection_termination");
        }
        reader.release();
        owner.connectionClosed(this);
    }

    /**
     * Whether the end of the connection is not that of a response or a tunnel without any other. An endpoint that has not read
     * all of a request's body resets the connection, too, when it has answered.
     */
    private boolean isCutOff() {
        return broken && (writer().isTunnel() || writer().isBodiless());
    }

    private void fail(Failure failure, String details) {
        UpstreamListener current = Objects.requireNonNull(listener);
        listener = null;
        context().close();
        current.failed(failure, details);
        reader.release();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    private Http1RequestWriter writer() {
        return Objects.requireNonNull(writer);
    }
}
