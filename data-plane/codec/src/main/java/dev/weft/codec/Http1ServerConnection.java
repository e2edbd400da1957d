package dev.weft.codec;

import dev.weft.codec.HeadWriter.Persistence;
import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A downstream HTTP/1.x connection: the last handler of its pipeline, and the {@link Downstream} of its streams. One
 * request at a time; a request that comes before the response to the one before is over waits in the received buffer,
 * with reading switched off.
 *
 * <p>Reading: head → body → (response ended) → head …; after a refused request, or a response that says close, whatever
 * still comes is dropped until the peer closes or {@value #LINGER_SECONDS} s have passed, so that the peer gets to read the
 * answer (a close with unread bytes would reset the connection).
 */
public final class Http1ServerConnection extends ChannelInboundHandlerAdapter implements Downstream, BodyReader.Sink {
    private enum Reading {
        HEAD,
        BODY,
        /** Nothing more is wanted; bytes are dropped. */
        CLOSING
    }

    /** How long a closing connection waits for its peer (Envoy's delayed_close_timeout). */
    private static final int LINGER_SECONDS = 1;

    private static final byte[] CONTINUE = Ascii.bytes("HTTP/1.1 100 Continue\r\n\r\n");
    private static final byte[] EXPECT_CONTINUE = Ascii.bytes("100-continue");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] TEXT_PLAIN = Ascii.bytes("text/plain");
    private static final byte[] SERVER = Ascii.bytes("server");
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");

    private final CodecLoop shared;
    private final Http1Server server;
    private final Http1ServerOptions options;
    private final HeadReader headReader;
    private final Framing framing = new Framing();
    private final BodyReader body = new BodyReader();
    private final Deadline deadline = new Deadline();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable OutBuffer out;
    private Reading reading = Reading.HEAD;
    private @Nullable RequestHead head; // while one is being read or its stream runs
    private @Nullable HttpStream stream; // until request and response are over
    private @Nullable ByteBuf waiting; // received while the stream before was not over
    private boolean processing;
    private boolean responseEnded;
    private boolean chunkedResponse;
    private boolean closeAfter;
    private boolean upgrade;
    private boolean blocked; // written bytes pile up above the high watermark
    private boolean readPaused;

    public Http1ServerConnection(CodecLoop shared, Http1Server server, Http1ServerOptions options) {
        this.shared = shared;
        this.server = server;
        this.options = options;
        this.headReader = new HeadReader(options.limits(), true);
    }

    public Channel channel() {
        return context().channel();
    }

    /** Whether no request is under way. */
    public boolean isIdle() {
        return stream == null && head == null;
    }

    /** Makes the request about to start a tunnel if its response is 101; called from {@link Http1Server#newStream}. */
    public void acceptUpgrade() {
        upgrade = true;
    }

    /** Closes the connection: at once when idle, else after the response under way. */
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
        out = new OutBuffer(context);
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
        ByteBuf in = (ByteBuf) message;
        if (stream != null && stream.isRequestEnded() && reading == Reading.HEAD) {
            hold(in);
            return;
        }
        process(in);
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
        if (blocked && context.channel().isWritable()) {
            blocked = false;
            HttpStream current = stream;
            if (current != null) {
                current.downstreamWritable(true);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // reset by the peer, TLS failure: channelInactive does the rest
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.clear();
        reading = Reading.CLOSING;
        HttpStream current = stream;
        if (current != null) {
            current.downstreamGone();
            stream = null;
        }
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        buffer().release();
        releaseHead();
        server.closed(this);
    }

    // Reading.

    /** Reads what it may; owns the buffer. */
    private void process(ByteBuf received) {
        ByteBuf in = received;
        processing = true;
        try {
            while (true) {
                if (reading == Reading.CLOSING || !in.isReadable()) {
                    in.release();
                    return;
                }
                if (reading == Reading.BODY) {
                    Http1Error error = body.read(in, this);
                    boolean gone = body.tookBuffer();
                    if (error != null) {
                        badBody(error);
                    } else if (body.isDone() && reading == Reading.BODY) {
                        requestRead();
                    }
                    if (gone) {
                        return;
                    }
                    continue;
                }
                if (stream != null) {
                    hold(in);
                    return;
                }
                readHead(in);
            }
        } finally {
            processing = false;
        }
    }

    private void readHead(ByteBuf in) {
        RequestHead request = head;
        if (request == null) {
            request = shared.takeRequest();
            head = request;
            headReader.reset();
            set(options.headTimeout().toNanos());
        }
        if (!headReader.read(in, request.headers())) {
            return;
        }
        deadline.clear();
        Http1Error error = headReader.error();
        if (error == null) {
            error = RequestParser.parse(request, headReader.startLineStart(), headReader.startLineEnd(), framing);
        }
        if (error == null && request.version() == HttpVersion.HTTP_1_0 && !options.acceptHttp10()) {
            error = Http1Error.HTTP_1_0_REFUSED;
        }
        if (error != null) {
            refuse(request, error);
        } else {
            start(request, in);
        }
    }

    private void start(RequestHead request, ByteBuf in) {
        closeAfter |= !wantsKeepAlive(request);
        upgrade = false;
        responseEnded = false;
        HttpStream created = server.newStream(this, request);
        stream = created;
        if (request.headers().has(KnownHeader.CONNECTION)) {
            dropNominated(request.headers());
        }
        if (upgrade) {
            framing.set(Framing.Kind.UNTIL_CLOSE);
        }
        body.start(framing);
        boolean end = body.isDone();
        reading = end ? Reading.HEAD : Reading.BODY;
        expectContinue(request.headers(), !end && !in.isReadable());
        created.requestHead(end);
        if (end) {
            requestRead();
        }
    }

    /** We answer ourselves, as Envoy does, and pass the request on without the expectation. */
    private void expectContinue(HeaderBlock headers, boolean bodyAwaited) {
        int expect = headers.find(KnownHeader.EXPECT);
        if (expect >= 0
                && Ascii.equalsIgnoreCase(
                        EXPECT_CONTINUE, headers.bytes(), headers.valueStart(expect), headers.valueEnd(expect))) {
            headers.remove(KnownHeader.EXPECT);
            if (bodyAwaited) {
                buffer().bytes(CONTINUE);
                buffer().flush();
            }
        }
    }

    /** Fields that Connection names are the peer's own (RFC 9110 §7.6.1), unless they are nothing to be named there. */
    private static void dropNominated(HeaderBlock headers) {
        int count = headers.count();
        for (int i = 0; i < count; i++) {
            if (headers.known(i) == null && !headers.isRemoved(i) && nominates(headers, i)) {
                headers.removeAt(i);
            }
        }
    }

    private static boolean nominates(HeaderBlock headers, int field) {
        for (int i = headers.find(KnownHeader.CONNECTION);
                i >= 0;
                i = headers.findNext(KnownHeader.CONNECTION, i + 1)) {
            int start = headers.valueStart(i);
            int end = headers.valueEnd(i);
            if (end - start < headers.nameEnd(field) - headers.nameStart(field)) {
                continue;
            }
            byte[] name = new byte[headers.nameEnd(field) - headers.nameStart(field)];
            for (int k = 0; k < name.length; k++) {
                name[k] = Ascii.lower(headers.bytes()[headers.nameStart(field) + k]);
            }
            if (Ascii.listContains(name, headers.bytes(), start, end)) {
                return true;
            }
        }
        return false;
    }

    private static boolean wantsKeepAlive(RequestHead request) {
        HeaderBlock headers = request.headers();
        if (request.method() == HttpMethod.CONNECT) {
            return false;
        }
        if (request.version() == HttpVersion.HTTP_1_0) {
            return headers.listContains(KnownHeader.CONNECTION, KEEP_ALIVE);
        }
        return !headers.has(KnownHeader.CONNECTION) || !headers.listContains(KnownHeader.CONNECTION, CLOSE);
    }

    @Override
    public void bodyData(ByteBuf data, boolean end) {
        HttpStream current = stream;
        if (current == null) {
            data.release();
        } else {
            current.requestData(data, end);
        }
    }

    @Override
    public void bodyTrailers(HeaderBlock trailers) {
        HttpStream current = stream;
        if (current != null && options.trailers()) {
            current.requestTrailers(trailers);
        } else if (current != null) {
            current.requestData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    /** The request has been read to its end. */
    private void requestRead() {
        reading = Reading.HEAD;
        HttpStream current = stream;
        if (current != null) {
            current.requestFlush();
        }
        if (responseEnded) {
            exchangeOver();
        }
    }

    private void badBody(Http1Error error) {
        HttpStream current = stream;
        server.rejected(this, head, error);
        if (current != null && !current.isOver()) {
            closeAfter = true;
            if (current.isResponseStarted()) {
                current.reset(error.details());
                return;
            }
            current.details(error.details());
            current.downstreamGone();
        }
        if (!responseEnded) {
            answer(error.status());
        }
        closeLingering();
    }

    private void refuse(RequestHead request, Http1Error error) {
        server.rejected(this, request, error);
        answer(error.status());
        closeLingering();
    }

    /** The codec's own answer to what it refuses: status and reason phrase, in Envoy's form. */
    private void answer(int status) {
        byte[] reason = Reasons.of(status);
        ResponseHead response = shared.takeResponse();
        response.status(status);
        response.headers().add(CONTENT_LENGTH, Ascii.bytes(Integer.toString(reason.length)));
        response.headers().add(CONTENT_TYPE, TEXT_PLAIN);
        if (!options.serverName().isEmpty()) {
            response.headers().add(SERVER, Ascii.bytes(options.serverName()));
        }
        shared.writer.response(response, HttpVersion.HTTP_1_1, false, true, Persistence.CLOSE);
        buffer().head(shared.writer, reason.length);
        buffer().bytes(reason);
        buffer().flush();
        shared.giveBack(response);
    }

    private void hold(ByteBuf in) {
        if (waiting == null) {
            waiting = in;
        } else {
            waiting = context()
                    .alloc()
                    .buffer(waiting.readableBytes() + in.readableBytes())
                    .writeBytes(waiting)
                    .writeBytes(in);
            in.release();
        }
        // Bounded: reading is off from here on, so at most what one read loop still delivers is added.
        autoRead();
    }

    // Writing: Downstream.

    @Override
    public void writeInformational(ResponseHead response) {
        RequestHead request = head;
        if (request == null || request.version() == HttpVersion.HTTP_1_0) {
            return; // RFC 9110 §15.2: a 1.0 client does not know them
        }
        shared.writer.response(response, request.version(), false, false, Persistence.DEFAULT);
        buffer().head(shared.writer, 0);
    }

    @Override
    public void writeHead(ResponseHead response, boolean end) {
        RequestHead request = java.util.Objects.requireNonNull(head);
        int status = response.status();
        boolean bodiless = request.method() == HttpMethod.HEAD || status == 204 || status == 304 || status == 101;
        boolean http10 = request.version() == HttpVersion.HTTP_1_0;
        boolean unknownLength = !end && !bodiless && !response.headers().has(KnownHeader.CONTENT_LENGTH);
        chunkedResponse = unknownLength && !http10;
        closeAfter |= unknownLength && http10 || server.closeAfterResponse();
        Persistence persistence =
                closeAfter ? Persistence.CLOSE : http10 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
        if (status == 101) {
            persistence = Persistence.UPGRADE;
            closeAfter = true;
        }
        boolean empty = end && !bodiless;
        shared.writer.response(response, request.version(), chunkedResponse, empty, persistence);
        buffer().head(shared.writer, end ? 0 : 2048);
        if (end) {
            responseOver();
        }
    }

    @Override
    public void writeData(ByteBuf data, boolean end) {
        buffer().data(data, chunkedResponse);
        checkWritable();
        if (end) {
            if (chunkedResponse) {
                buffer().lastChunk();
            }
            responseOver();
        }
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
        if (chunkedResponse && options.trailers()) {
            buffer().trailers(shared.writer, trailers);
        } else if (chunkedResponse) {
            buffer().lastChunk();
        }
        responseOver();
    }

    @Override
    public void flush() {
        buffer().flush();
        checkWritable();
    }

    private void checkWritable() {
        if (!blocked && !context().channel().isWritable()) {
            // Not told by Netty's event, which comes before the flush that usually makes room again.
            buffer().flush();
            HttpStream current = stream;
            if (!context().channel().isWritable() && current != null) {
                blocked = true;
                current.downstreamWritable(false);
            }
        }
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public void readEnabled(boolean enabled) {
        readPaused = !enabled;
        autoRead();
    }

    @Override
    public void reset() {
        buffer().release();
        stream = null;
        // A half-sent response must not look complete: close without finishing it.
        context().close();
    }

    private void responseOver() {
        buffer().flush();
        responseEnded = true;
        HttpStream current = stream;
        if (current != null && !current.isRequestEnded() && (closeAfter || upgrade)) {
            closeLingering();
            return;
        }
        if (reading == Reading.HEAD && (current == null || current.isRequestEnded())) {
            exchangeOver();
        } else {
            set(TimeUnit.SECONDS.toNanos(5)); // the rest of the request is read and dropped, but not for ever
        }
    }

    /** Request and response are both over. */
    private void exchangeOver() {
        stream = null;
        responseEnded = false;
        blocked = false;
        readPaused = false;
        if (closeAfter) {
            closeLingering();
            return;
        }
        releaseHead();
        ByteBuf next = waiting;
        if (next != null && !processing) {
            waiting = null;
            autoRead();
            process(next);
            if (stream == null && head == null) {
                awaitRequest();
            }
            return;
        }
        autoRead();
        awaitRequest();
    }

    private void closeLingering() {
        reading = Reading.CLOSING;
        stream = null;
        readPaused = false;
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        autoRead();
        set(TimeUnit.SECONDS.toNanos(LINGER_SECONDS));
        if (context().channel() instanceof DuplexChannel duplex
                && context().pipeline().first() == this) {
            duplex.shutdownOutput();
        } else {
            // With TLS the close_notify has to go out first; the handler does both.
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void awaitRequest() {
        set(options.idleTimeout().toNanos());
    }

    private void releaseHead() {
        RequestHead request = head;
        if (request != null) {
            head = null;
            shared.giveBack(request);
        }
    }

    private void autoRead() {
        boolean wanted = !readPaused && waiting == null;
        if (context().channel().config().isAutoRead() != wanted) {
            context().channel().config().setAutoRead(wanted);
        }
    }

    private ChannelHandlerContext context() {
        return java.util.Objects.requireNonNull(ctx);
    }

    private OutBuffer buffer() {
        return java.util.Objects.requireNonNull(out);
    }

    private void set(long nanos) {
        if (nanos > 0) {
            shared.timers().set(deadline, nanos);
        } else {
            deadline.clear();
        }
    }

    /** Idle, head and lingering time-outs: only one of them can run at a time. */
    private final class Deadline extends TimerWheel.Timer {
        @Override
        protected void expired() {
            if (stream != null && !responseEnded) {
                return; // the stream has deadlines of its own
            }
            if (reading == Reading.HEAD && head != null && stream == null) {
                answer(408);
            }
            context().close();
        }
    }
}
