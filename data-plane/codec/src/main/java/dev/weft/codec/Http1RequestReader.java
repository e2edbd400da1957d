package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.HttpVersion;
import dev.weft.http.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a downstream HTTP/1 connection: finds the requests in its bytes and feeds them into streams. A request
 * that comes before the response to the one before is over, or while responses pile up unread, waits in the received
 * buffer, with reading switched off.
 *
 * <p>States: head → body → (response ended) → head …, until {@link #close}; from then on what comes is dropped.
 */
final class Http1RequestReader implements BodyReader.Sink {
    private enum Reading {
        HEAD,
        BODY,
        /** Nothing more is wanted. */
        CLOSED
    }

    /** Requests begun before other connections of the loop have their turn, as on HTTP/2 (requirement R48). */
    static final int REQUESTS_PER_TURN = 16;

    private final Http1ServerConnection connection;
    private final ChannelHandlerContext ctx;
    private final CodecLoop shared;
    private final Http1ServerOptions options;
    private final HeadReader headReader;
    private final Framing framing = new Framing();
    private final BodyReader body = new BodyReader();
    private Reading reading = Reading.HEAD;
    private @Nullable RequestHead head; // while one is being read or its stream runs
    private @Nullable ByteBuf waiting; // received while the stream before was not over, or its response was not read
    private boolean processing;
    private boolean paused;

    Http1RequestReader(
            Http1ServerConnection connection, ChannelHandlerContext ctx, CodecLoop shared, Http1ServerOptions options) {
        this.connection = connection;
        this.ctx = ctx;
        this.shared = shared;
        this.options = options;
        this.headReader = new HeadReader(options.limits(), true);
    }

    /** The head being read or whose stream runs; null between requests. */
    @Nullable
    RequestHead head() {
        return head;
    }

    /** Whether bytes of a later request are at hand. */
    boolean isHolding() {
        return waiting != null;
    }

    /** Whether a request has been read to its end, or none has begun. */
    boolean isBetweenRequests() {
        return reading == Reading.HEAD;
    }

    /** Reads what it may; owns the buffer. */
    void read(ByteBuf in) {
        if (waiting != null) {
            hold(in); // behind what came before it
            return;
        }
        processing = true;
        int begun = 0;
        try {
            while (true) {
                if (reading == Reading.CLOSED || !in.isReadable()) {
                    in.release();
                    return;
                }
                if (reading == Reading.BODY) {
                    if (readBody(in)) {
                        return;
                    }
                } else if (connection.stream() != null || !ctx.channel().isWritable()) {
                    hold(in);
                    return;
                } else if (begun == REQUESTS_PER_TURN) {
                    hold(in);
                    // Not execute(): the loop empties its queue of tasks before it looks at other connections.
                    ctx.executor().schedule(this::readOn, 0, TimeUnit.NANOSECONDS);
                    return;
                } else {
                    begun++;
                    readHead(in);
                }
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
            connection.headBegun();
        }
        if (!headReader.read(in, request.headers())) {
            return;
        }
        Http1Error error = parse(request);
        if (error != null) {
            connection.refuse(request, error);
        } else {
            begin(request, in);
        }
    }

    private @Nullable Http1Error parse(RequestHead request) {
        Http1Error error = headReader.error();
        if (error == null) {
            error = RequestParser.parse(request, headReader.startLineStart(), headReader.startLineEnd(), framing);
        }
        if (error == null && request.version() == HttpVersion.HTTP_1_0 && !options.acceptHttp10()) {
            error = Http1Error.HTTP_1_0_REFUSED;
        }
        return error;
    }

    private void begin(RequestHead request, ByteBuf in) {
        // First, so that a client cannot name what the proxy adds.
        ConnectionFields.dropNominated(request.headers());
        HttpStream stream = connection.newStream(request);
        if (stream.isUpgradeAllowed()) {
            framing.set(Framing.Kind.UNTIL_CLOSE);
        }
        body.start(framing);
        boolean end = body.isDone();
        reading = end ? Reading.HEAD : Reading.BODY;
        // A client of HTTP/1.0 would take the 100 for the answer (RFC 9110 §10.1.1).
        if (!connection.passesContinue()
                && ConnectionFields.takeExpectContinue(request.headers())
                && request.version() != HttpVersion.HTTP_1_0
                && !end
                && !in.isReadable()) {
            connection.sendContinue();
        }
        stream.requestHead(end);
        if (end && reading == Reading.HEAD) { // else the response was at hand and said close
            ended();
        }
    }

    /** Answers whether the buffer was given away. */
    private boolean readBody(ByteBuf in) {
        Http1Error error = body.read(in, this);
        boolean gone = body.tookBuffer();
        if (error != null) {
            connection.badBody(Objects.requireNonNull(head), error);
        } else if (body.isDone() && reading == Reading.BODY) {
            ended();
        }
        return gone;
    }

    /** The peer of a tunnel has ended its side; answers false when there is no tunnel any more. */
    boolean inputEnded() {
        if (reading != Reading.BODY || !body.endsAtClose()) {
            return false;
        }
        bodyData(Unpooled.EMPTY_BUFFER, true);
        if (reading == Reading.BODY) { // else that was the end of it all
            ended();
        }
        return true;
    }

    private void ended() {
        reading = Reading.HEAD;
        connection.requestEnded();
    }

    @Override
    public void bodyData(ByteBuf data, boolean end) {
        HttpStream current = connection.stream();
        if (current == null) {
            data.release();
        } else {
            current.requestData(data, end);
        }
    }

    @Override
    public void bodyTrailers(HeaderBlock trailers) {
        HttpStream current = connection.stream();
        if (current != null && options.trailers()) {
            current.requestTrailers(trailers);
        } else if (current != null) {
            current.requestData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    /** Keeps bytes of a later request. Bounded: reading is off then, so only what one read loop still delivers is added. */
    private void hold(ByteBuf in) {
        ByteBuf before = waiting;
        if (before == null) {
            waiting = in;
        } else {
            waiting = ctx.alloc()
                    .buffer(before.readableBytes() + in.readableBytes())
                    .writeBytes(before)
                    .writeBytes(in);
            before.release();
            in.release();
        }
        autoRead();
    }

    /** Goes on with the next request, if there is one that waits and it may begin. */
    void readOn() {
        ByteBuf bytes = waiting;
        if (bytes != null && connection.stream() == null && !processing) {
            waiting = null;
            autoRead();
            read(bytes);
        }
    }

    /** The exchange before is over: goes on with the next request. Answers whether one was at hand and has begun. */
    boolean next() {
        releaseHead();
        paused = false;
        ByteBuf bytes = waiting;
        if (bytes == null || processing) {
            autoRead();
            return false;
        }
        waiting = null;
        autoRead();
        read(bytes);
        return head != null;
    }

    void pause(boolean on) {
        paused = on;
        autoRead();
    }

    private void autoRead() {
        boolean wanted = !paused && waiting == null;
        if (ctx.channel().config().isAutoRead() != wanted) {
            ctx.channel().config().setAutoRead(wanted);
        }
    }

    /** Drops what is there and what still comes; goes on reading, so that the peer's end is noticed. */
    void close() {
        reading = Reading.CLOSED;
        paused = false;
        ByteBuf bytes = waiting;
        if (bytes != null) {
            waiting = null;
            bytes.release();
        }
        autoRead();
    }

    /** The connection is gone. */
    void release() {
        reading = Reading.CLOSED;
        ByteBuf bytes = waiting;
        if (bytes != null) {
            waiting = null;
            bytes.release();
        }
        releaseHead();
    }

    private void releaseHead() {
        RequestHead request = head;
        if (request != null) {
            head = null;
            shared.giveBack(request);
        }
    }
}
