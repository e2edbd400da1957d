package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An upstream HTTP/1.1 connection: the last handler of its pipeline. Carries one exchange at a time; between exchanges it
 * rests in a pool, where any byte or end from the peer closes it.
 */
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter implements BodyReader.Sink {
    /** Interim responses before the final one: more are an attack (reliability requirement R31). */
    private static final int MAX_INTERIM = 10;

    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] TIMEOUT = Ascii.bytes("timeout=");

    /** Hears when the connection is gone, in whatever state. */
    public interface Owner {
        /** The connection is closed; called once. */
        void connectionClosed(Http1ClientConnection connection);
    }

    private final CodecLoop shared;
    private final HeadReader headReader;
    private final Framing framing = new Framing();
    private final BodyReader body = new BodyReader();
    private final Owner owner;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable OutBuffer out;
    private @Nullable Http1Exchange exchange;
    private @Nullable ResponseHead head;
    private boolean readingBody;
    private boolean requestEnded;
    private boolean chunkedRequest;
    private boolean headRequest;
    private boolean connectRequest;
    private boolean upgradeRequest;
    private boolean keepAlive;
    private boolean blocked;
    private boolean delivered; // something was given to the exchange in this read
    private boolean closed;
    private int interim;
    private long requests;
    private long keepAliveSeconds = -1;

    public Http1ClientConnection(CodecLoop shared, Http1Limits limits, Owner owner) {
        this.shared = shared;
        this.headReader = new HeadReader(limits, true);
        this.owner = owner;
    }

    public Channel channel() {
        return context().channel();
    }

    public Owner owner() {
        return owner;
    }

    /** Exchanges begun on this connection. */
    public long requests() {
        return requests;
    }

    /** Seconds of the peer's {@code Keep-Alive: timeout=}, or -1 when it named none. */
    public long keepAliveSeconds() {
        return keepAliveSeconds;
    }

    /** Whether a new exchange may begin: open, at a message boundary, reading, nothing pending in either direction. */
    public boolean isReusable() {
        return !closed
                && exchange == null
                && head == null
                && !blocked
                && context().channel().isActive()
                && context().channel().config().isAutoRead()
                && (out == null || out.isEmpty());
    }

    /** Begins an exchange: writes the head. With {@code end} the request is complete and sent at once. */
    public void start(Http1Exchange who, RequestHead request, boolean end, boolean upgrade) {
        if (!isReusable()) {
            throw new IllegalStateException("connection is not at rest");
        }
        requests++;
        exchange = who;
        requestEnded = end;
        interim = 0;
        keepAlive = true;
        headRequest = request.method() == HttpMethod.HEAD;
        connectRequest = request.method() == HttpMethod.CONNECT;
        upgradeRequest = upgrade;
        chunkedRequest = !end && !upgrade && !request.headers().has(KnownHeader.CONTENT_LENGTH);
        shared.writer.request(request, chunkedRequest, upgrade);
        buffer().head(shared.writer, end ? 0 : 2048);
        if (end) {
            buffer().flush();
        }
    }

    /** Writes body bytes and takes them over; sends them when they end the request. */
    public void data(ByteBuf data, boolean end) {
        if (closed) {
            data.release();
            return;
        }
        buffer().data(data, chunkedRequest);
        if (end) {
            requestEnded = true;
            if (chunkedRequest) {
                buffer().lastChunk();
            }
            buffer().flush();
        }
        checkWritable();
    }

    /** Writes trailers, which end the request. */
    public void trailers(HeaderBlock trailers) {
        if (closed) {
            return;
        }
        requestEnded = true;
        if (chunkedRequest) {
            buffer().trailers(shared.writer, trailers);
        }
        buffer().flush();
    }

    /** Sends what was written. */
    public void flush() {
        if (!closed) {
            buffer().flush();
            checkWritable();
        }
    }

    /** Stops or restarts reading the response. */
    public void readEnabled(boolean enabled) {
        if (!closed) {
            context().channel().config().setAutoRead(enabled);
        }
    }

    /** Gives the exchange up: the connection is closed, the exchange hears nothing more. */
    public void cancel() {
        exchange = null;
        buffer().release();
        context().close();
    }

    // Netty's events.

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        out = new OutBuffer(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        while (true) {
            if (!in.isReadable()) {
                in.release();
                return;
            }
            Http1Exchange current = exchange;
            if (current == null) {
                // At rest nothing may come; with a pending exchange gone, what comes is of no use.
                in.release();
                context.close();
                return;
            }
            Http1Error error;
            boolean gone = false;
            if (readingBody) {
                error = body.read(in, this);
                gone = body.tookBuffer();
                if (error == null && exchange == current && body.isDone()) {
                    responseRead(current, !gone && in.isReadable());
                }
            } else {
                error = readHead(in, current);
            }
            if (error != null && exchange != null) {
                fail(Http1Exchange.Failure.PROTOCOL_ERROR, error.details());
            }
            if (gone) {
                return;
            }
        }
    }

    private @Nullable Http1Error readHead(ByteBuf in, Http1Exchange current) {
        ResponseHead response = head;
        if (response == null) {
            response = shared.takeResponse();
            head = response;
            headReader.reset();
        }
        if (!headReader.read(in, response.headers())) {
            return null;
        }
        Http1Error error = headReader.error();
        if (error == null) {
            error = ResponseParser.parse(
                    response, headReader.startLineStart(), headReader.startLineEnd(), framing, headRequest);
        }
        if (error != null) {
            return error;
        }
        delivered = true;
        if (response.isInformational()) {
            if (++interim > MAX_INTERIM) {
                return Http1Error.TOO_MANY_INTERIM;
            }
            current.informational(response);
            response.clear();
            headReader.reset();
            return null;
        }
        if (response.status() == 101 && !upgradeRequest) {
            return Http1Error.BAD_STATUS_LINE;
        }
        learn(response);
        if (response.status() == 101 || connectRequest && response.status() < 300) {
            framing.set(Framing.Kind.UNTIL_CLOSE);
        }
        body.start(framing);
        boolean end = body.isDone();
        current.responseHead(response, end);
        if (exchange == current) {
            if (end) {
                responseRead(current, in.isReadable());
            } else {
                readingBody = true;
            }
        }
        return null;
    }

    private void learn(ResponseHead response) {
        HeaderBlock headers = response.headers();
        boolean named = headers.has(KnownHeader.CONNECTION);
        keepAlive = response.version() == HttpVersion.HTTP_1_0
                ? named && headers.listContains(KnownHeader.CONNECTION, KEEP_ALIVE)
                : !named || !headers.listContains(KnownHeader.CONNECTION, CLOSE);
        int index = headers.find(KnownHeader.KEEP_ALIVE);
        if (index >= 0) {
            byte[] bytes = headers.bytes();
            int start = headers.valueStart(index);
            int end = headers.valueEnd(index);
            if (end - start > TIMEOUT.length && Ascii.equalsIgnoreCase(TIMEOUT, bytes, start, start + TIMEOUT.length)) {
                int stop = start + TIMEOUT.length;
                while (stop < end && bytes[stop] >= '0' && bytes[stop] <= '9') {
                    stop++;
                }
                keepAliveSeconds = Ascii.parseDecimal(bytes, start + TIMEOUT.length, stop);
            }
        }
    }

    @Override
    public void bodyData(ByteBuf data, boolean end) {
        Http1Exchange current = exchange;
        if (current == null) {
            data.release();
            return;
        }
        delivered = true;
        current.responseData(data, end);
    }

    @Override
    public void bodyTrailers(HeaderBlock trailers) {
        Http1Exchange current = exchange;
        if (current != null) {
            delivered = true;
            current.responseTrailers(trailers);
        }
    }

    /** @param more bytes follow the response: nobody asked for them, so the connection cannot be trusted any more */
    private void responseRead(Http1Exchange current, boolean more) {
        exchange = null;
        readingBody = false;
        releaseHead();
        boolean reusable = keepAlive && requestEnded && !more;
        if (!context().channel().config().isAutoRead()) {
            context().channel().config().setAutoRead(true);
        }
        reusable &= isReusable();
        if (!reusable) {
            buffer().release();
            context().close();
        }
        current.released(this, reusable);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Http1Exchange current = exchange;
        if (delivered && current != null) {
            current.responseFlush();
        }
        delivered = false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (blocked && context.channel().isWritable()) {
            blocked = false;
            Http1Exchange current = exchange;
            if (current != null) {
                current.upstreamWritable(true);
            }
        }
    }

    private void checkWritable() {
        if (!blocked && !context().channel().isWritable()) {
            buffer().flush();
            Http1Exchange current = exchange;
            if (!context().channel().isWritable() && current != null) {
                blocked = true;
                current.upstreamWritable(false);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        buffer().release();
        Http1Exchange current = exchange;
        if (current != null) {
            if (readingBody && body.endsAtClose()) {
                exchange = null;
                readingBody = false;
                current.responseData(io.netty.buffer.Unpooled.EMPTY_BUFFER, true);
                releaseHead();
                current.released(this, false);
            } else {
                fail(Http1Exchange.Failure.CONNECTION_LOST, "connection_termination");
            }
        }
        releaseHead();
        owner.connectionClosed(this);
    }

    private void fail(Http1Exchange.Failure failure, String details) {
        Http1Exchange current = Objects.requireNonNull(exchange);
        exchange = null;
        readingBody = false;
        context().close();
        current.failed(failure, details);
        releaseHead();
    }

    private void releaseHead() {
        ResponseHead response = head;
        if (response != null) {
            head = null;
            shared.giveBack(response);
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    private OutBuffer buffer() {
        return Objects.requireNonNull(out);
    }
}
