package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.net.TimerWheel;
import dev.weft.net.TlsConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.IntObjectHashMap;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection (RFC 9113), the last handler of its pipeline: keeps the books of its streams and both directions'
 * windows, and turns violations into RST_STREAM or GOAWAY. What a stream means is its {@link Side}'s: a server's or a
 * client's. {@link Http2Frames} takes the received frames apart.
 *
 * <p>Writing: everything for the peer that comes up while the loop handles one batch of events is gathered and sent in one
 * system call at the batch's end.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter {
    /** What servers and clients do differently. */
    interface Side {
        boolean isServer();

        /** A header block of a stream that is not in the books; called with ids of the peer's only. */
        void newStream(int id, byte[] block, int start, int end, boolean endStream);

        /** The highest id this side has used; 0 = none. A server opens no streams. */
        int lastOwnStream();

        /** The peer's SETTINGS were read. */
        void settings();

        /** The peer will not answer streams above this one, or wants no more of them; the span is what it adds for people. */
        void peerLeaves(int lastStream, Http2Code code, byte[] debug, int start, int end);

        /** The last stream is over. */
        void idle();

        /** A violation was answered. */
        void violated(String why);

        /** The connection is gone, for that reason; its streams have heard so. */
        void closed(String why);
    }

    private static final int CLOSE_WAIT_SECONDS = 1;

    /** Bytes a peer we do not trust may leave unread before nothing more is read of what it asks for. */
    private static final int MAX_UNSENT = 256 * 1024;

    private final CodecLoop shared;
    private final Side side;
    private final Http2Options options;
    private final Http2Guard guard;
    private final Http2Windows windows;
    private final Http2Frames frames;
    private final HpackDecoder decoder = new HpackDecoder(4096);
    private final HpackEncoder encoder = new HpackEncoder(HpackEncoder.MAX_TABLE, false);
    private final Http2Peer peer;
    private final IntObjectHashMap<Http2Stream> streams = new IntObjectHashMap<>(8);
    private final Http2ResetIds resetIds = new Http2ResetIds();
    private final Deadline deadline = new Deadline();
    private final HeadDeadline headDeadline = new HeadDeadline();
    private final @Nullable Http2KeepAlive keepAlive; // null = the peer is never asked
    private final Runnable flush = this::flushNow;
    private final ArrayList<Http2Stream> touched = new ArrayList<>(8); // got something in this read
    private @Nullable ArrayDeque<Http2Stream> starved; // wait for the connection's window
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable OutBuffer out;
    private @Nullable Http2FrameWriter writer;
    private @Nullable ByteBuf held; // received, but it is the turn of others, or
    private boolean clogged; // the peer reads nothing
    private boolean begun;
    private boolean tls;
    private boolean settingsHeard;
    private boolean flushScheduled;
    private boolean unwritable;
    private boolean over; // nothing is read any more
    private boolean closed;
    private String why = "connection_termination"; // it ended, or will
    private int lastPeerStream;
    private int begunInTurn;

    Http2Connection(CodecLoop shared, Side side, Http2Options options) {
        this.shared = shared;
        this.side = side;
        this.options = options;
        this.guard = new Http2Guard(options.trusted());
        this.windows = new Http2Windows(options.connectionWindow());
        this.peer = new Http2Peer(options.maxPayload());
        this.frames = new Http2Frames(this, side.isServer(), options.maxPayload(), shared);
        this.keepAlive = options.pingInterval().isZero() ? null : new Http2KeepAlive(this, options, shared.timers());
    }

    // Netty's events.

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        out = new OutBuffer(context);
        writer = new Http2FrameWriter(out);
        if (context.channel().isActive()) {
            begin();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin();
    }

    private void begin() {
        if (begun) {
            return; // added to an active channel that is yet to say so
        }
        begun = true;
        tls = TlsConnection.of(channel()) != null;
        Http2FrameWriter to = writer();
        if (side.isServer()) {
            to.settings(
                    Http2Peer.MAX_CONCURRENT_STREAMS, options.maxConcurrentStreams(),
                    Http2Peer.INITIAL_WINDOW_SIZE, options.streamWindow(),
                    Http2Peer.MAX_FRAME_SIZE, options.maxPayload(),
                    Http2Peer.MAX_HEADER_LIST_SIZE, options.maxHeadBytes(),
                    Http2Peer.ENABLE_CONNECT_PROTOCOL, options.connectProtocol() ? 1 : 0);
        } else {
            to.preface();
            to.settings(
                    Http2Peer.ENABLE_PUSH, 0,
                    Http2Peer.INITIAL_WINDOW_SIZE, options.streamWindow(),
                    Http2Peer.MAX_FRAME_SIZE, options.maxPayload(),
                    Http2Peer.MAX_HEADER_LIST_SIZE, options.maxHeadBytes());
        }
        if (windows.initialIncrement() > 0) {
            to.windowUpdate(0, windows.initialIncrement());
        }
        flushNow();
        awaitStream();
        heard();
    }

    private void heard() {
        if (keepAlive != null) {
            keepAlive.heard();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        heard();
        ByteBuf before = held;
        if (before != null) {
            held = context.alloc()
                    .buffer(before.readableBytes() + in.readableBytes())
                    .writeBytes(before)
                    .writeBytes(in);
            before.release();
            in.release();
            return;
        }
        read(in);
    }

    private void read(ByteBuf in) {
        begunInTurn = 0;
        frames.read(in);
        if (in.isReadable() && !over) {
            held = in;
            context().channel().config().setAutoRead(false);
            clogged = isClogged();
            if (!clogged) {
                readOnLater();
            }
        } else {
            in.release();
        }
        headDeadline.watch();
    }

    private void readOnLater() {
        // Not execute(): the loop empties its queue of tasks before it looks at other connections.
        context().executor().schedule(this::readOn, 0, TimeUnit.NANOSECONDS);
    }

    private void readOn() {
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            context().channel().config().setAutoRead(true);
            read(rest);
            deliverFlush();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        deliverFlush();
    }

    private void deliverFlush() {
        for (int i = 0; i < touched.size(); i++) {
            Http2Stream stream = touched.get(i);
            stream.touched = false;
            stream.flushDelivered();
        }
        touched.clear();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (unwritable && context.channel().isWritable()) {
            unwritable = false;
            for (Http2Stream stream : snapshot()) {
                stream.unblock();
            }
        }
        if (clogged && context.channel().isWritable()) {
            clogged = false;
            readOnLater();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // channelInactive does the rest
        if (!(cause instanceof IOException)) {
            context.fireExceptionCaught(cause); // neither a reset nor TLS: someone should hear of it
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        over = true;
        deadline.discard();
        headDeadline.discard();
        if (keepAlive != null) {
            keepAlive.discard();
        }
        if (held != null) {
            held.release();
            held = null;
        }
        buffer().release();
        abortAll(null, true, why);
        side.closed(why);
    }

    private void abortAll(@Nullable Http2Code code, boolean byPeer, String why) {
        for (Http2Stream stream : snapshot()) {
            abort(stream, code, byPeer, why);
        }
    }

    /** The peer will not process streams above that one: another connection may have them. */
    void abortAbove(int last) {
        for (Http2Stream stream : snapshot()) {
            if (stream.id > last) {
                abort(stream, Http2Code.REFUSED_STREAM, true, "remote_refused_stream_reset|goaway");
            }
        }
    }

    private Http2Stream[] snapshot() {
        return streams.values().toArray(new Http2Stream[0]);
    }

    // Streams.

    /** Reads a block nobody wants, for the table's sake. */
    void decodeIgnored(byte[] block, int start, int end) {
        HeaderBlock ignored = shared.ignored;
        ignored.clear();
        if (!decoder.decode(block, start, end, ignored, 0, 0, (b, ns, ne, vs, ve) -> false)) {
            connectionError(Http2Code.COMPRESSION_ERROR, "http2.compression_error");
        }
    }

    /** The peer's initial window changed, and with it that of all streams (RFC 9113 §6.9.2); false on overflow. */
    boolean initialWindowChanged(int by) {
        for (Http2Stream stream : streams.values()) {
            if (!stream.initialWindowChanged(by)) {
                return false;
            }
        }
        if (by > 0) {
            for (Http2Stream stream : snapshot()) {
                stream.sendKept();
            }
        }
        return true;
    }

    @Nullable
    Http2Stream stream(int id) {
        return streams.get(id);
    }

    int openStreams() {
        return streams.size();
    }

    /** Enters a stream in the books. */
    void open(Http2Stream stream) {
        streams.put(stream.id, stream);
        guard.streamOpened();
        deadline.clear();
    }

    /** Hears that the stream got something in this read. */
    void touch(Http2Stream stream) {
        if (!stream.touched) {
            stream.touched = true;
            touched.add(stream);
        }
    }

    /**
     * One direction of a stream has ended; with both it leaves the books. A server that has answered tells a client that
     * still sends to stop (RFC 9113 §8.1).
     */
    void ended(Http2Stream stream) {
        if (stream.isGone() || !stream.localEnded) {
            return;
        }
        if (stream.remoteEnded) {
            remove(stream);
        } else if (side.isServer()) {
            reset(stream, Http2Code.NO_ERROR);
        }
    }

    private void remove(Http2Stream stream) {
        stream.forget();
        streams.remove(stream.id);
        if (streams.isEmpty()) {
            awaitStream();
            side.idle();
        }
    }

    /** Takes a stream out of the books and tells it so; without a code its connection is lost. */
    void abort(Http2Stream stream, @Nullable Http2Code code, boolean byPeer, String why) {
        if (!stream.isGone()) {
            if (stream.touched) {
                stream.flushDelivered(); // what came before, in the same read
            }
            remove(stream);
            stream.aborted(code, byPeer, why);
        }
    }

    /** Resets a stream of the books without telling it: it asked for it. */
    void reset(Http2Stream stream, Http2Code code) {
        if (!stream.isGone()) {
            resetIds.add(stream.id, credit(stream));
            writer().resetStream(stream.id, code);
            flushLater();
            remove(stream);
        }
    }

    /** Resets a stream of the books for want of room; its peer has done nothing wrong. */
    void drop(Http2Stream stream, String why) {
        resetIds.add(stream.id, credit(stream));
        writer().resetStream(stream.id, Http2Code.ENHANCE_YOUR_CALM);
        flushLater();
        abort(stream, Http2Code.ENHANCE_YOUR_CALM, false, why);
    }

    /** What may be under way on a stream, refused ones too; a window at least, for a peer that minds none has more. */
    private int credit(@Nullable Http2Stream stream) {
        return stream == null ? options.streamWindow() : Math.max(stream.receivable(), options.streamWindow());
    }

    /** Resets a stream, in the books or not, for what the peer did. */
    void streamError(int id, Http2Code code, String why) {
        side.violated(why);
        Http2Stream stream = streams.get(id);
        resetIds.add(id, credit(stream));
        writer().resetStream(id, code);
        flushLater();
        if (stream != null) {
            abort(stream, code, false, why);
        }
        String flood = guard.reset();
        if (flood != null) {
            connectionError(Http2Code.ENHANCE_YOUR_CALM, flood);
        }
    }

    /** Ends the connection for what the peer did. */
    void connectionError(Http2Code code, String violation) {
        if (over) {
            return;
        }
        over = true;
        why = violation;
        side.violated(violation);
        writer().goAway(lastPeerStream, code, Ascii.bytes(violation));
        buffer().flush();
        abortAll(code, false, violation);
        context().writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Says goodbye; streams up to {@code last} are finished. */
    void goAway(int last) {
        if (!over) {
            writer().goAway(last, Http2Code.NO_ERROR, new byte[0]);
            flushLater();
        }
    }

    /** Closes a connection without streams after what was written. */
    void close() {
        over = true;
        buffer().flush();
        context().close();
    }

    /** Closes the connection at once, whatever is under way on it. */
    void cut(String reason) {
        if (!over) {
            why = reason;
        }
        if (!closed) {
            close();
        }
    }

    boolean isOver() {
        return over;
    }

    /** Whether reading stops for now: nothing more is wanted, other connections have their turn, or it is clogged. */
    boolean stopsReading() {
        return over || begunInTurn >= options.streamsPerTurn() || isClogged();
    }

    /**
     * Whether the peer reads too little of what it gets: a stream is over when its last byte was written, so no limit of
     * streams bounds the answers to a peer that only asks.
     */
    private boolean isClogged() {
        return !options.trusted() && channel().bytesBeforeWritable() > MAX_UNSENT;
    }

    /** Counts a stream the peer opened. */
    void peerOpened(int id) {
        lastPeerStream = id;
        begunInTurn++;
    }

    int lastPeerStream() {
        return lastPeerStream;
    }

    // Writing.

    void writeHead(Http2Stream stream, boolean end) {
        OutArray block = shared.headerBlock;
        writer().headers(stream.id, block.bytes(), block.length(), end, peer.maxFrameSize());
        flushLater();
        if (end) {
            stream.localEnd();
        }
    }

    void writeTrailers(Http2Stream stream, HeaderBlock trailers) {
        Http2HeadWriter.trailers(encoder, shared.headerBlock, trailers, stream.tagged ? shared.muxTag : null);
        writer().headers(stream.id, shared.headerBlock.bytes(), shared.headerBlock.length(), true, peer.maxFrameSize());
        flushLater();
    }

    void writeData(Http2Stream stream, ByteBuf data, boolean end) {
        guard.dataSent();
        writer().data(stream.id, data, end);
        flushLater();
    }

    void writeWindowUpdate(Http2Stream stream, int increment) {
        writer().windowUpdate(stream.id, increment);
        flushLater();
    }

    /** The stream waits for the connection's window, behind those that wait already. */
    void awaitWindow(Http2Stream stream) {
        ArrayDeque<Http2Stream> queue = starved;
        if (queue == null) {
            queue = new ArrayDeque<>();
            starved = queue;
        }
        stream.waitsForConnection = true;
        queue.add(stream);
    }

    /** The connection's window has grown: whoever waited may send, in turn. */
    void windowOpened() {
        ArrayDeque<Http2Stream> queue = starved;
        if (queue == null) {
            return;
        }
        for (int n = queue.size(); n > 0 && windows.send() > 0; n--) {
            Http2Stream stream = queue.poll();
            if (stream != null) {
                stream.waitsForConnection = false;
                stream.sendKept();
            }
        }
    }

    /** Sends what was written at the end of this batch of events. */
    void flushLater() {
        if (!flushScheduled && !closed) {
            flushScheduled = true;
            shared.afterBatch(flush);
        }
    }

    void flushNow() {
        flushScheduled = false;
        if (!closed) {
            buffer().flush();
            unwritable |= !context().channel().isWritable();
        }
    }

    /** Whether the socket takes what is written. */
    boolean isWritable() {
        if (!context().channel().isWritable()) {
            unwritable = true;
            return false;
        }
        return true;
    }

    // Parts.

    Http2FrameWriter writer() {
        return Objects.requireNonNull(writer);
    }

    Http2Windows windows() {
        return windows;
    }

    Http2Guard guard() {
        return guard;
    }

    Http2Peer peer() {
        return peer;
    }

    Http2Options options() {
        return options;
    }

    Side side() {
        return side;
    }

    HpackDecoder decoder() {
        return decoder;
    }

    HpackEncoder encoder() {
        return encoder;
    }

    Http2ResetIds resetIds() {
        return resetIds;
    }

    CodecLoop shared() {
        return shared;
    }

    int maxPayload() {
        return peer.maxFrameSize();
    }

    /** What the peer may send ahead on a new stream. Until it has heard ours, the protocol's (RFC 9113 §6.9.2). */
    int streamWindow() {
        return settingsHeard ? options.streamWindow() : Math.max(options.streamWindow(), Http2Windows.INITIAL);
    }

    /** The peer has acknowledged our SETTINGS: from here on it keeps to them. */
    void settingsHeard() {
        if (settingsHeard) {
            return;
        }
        int before = streamWindow();
        settingsHeard = true;
        int less = before - streamWindow();
        if (less > 0) {
            for (Http2Stream stream : streams.values()) {
                stream.narrow(less);
            }
        }
    }

    int maxStreamWindow() {
        return options.maxStreamWindow();
    }

    Channel channel() {
        return context().channel();
    }

    boolean isTls() {
        return tls;
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    private OutBuffer buffer() {
        return Objects.requireNonNull(out);
    }

    // Deadlines.

    private void awaitStream() {
        if (!over && options.idleTimeout().toNanos() > 0) {
            shared.timers().set(deadline, options.idleTimeout().toNanos());
        }
    }

    /** A head, or what a peer says first, takes too long to arrive, a byte now and then (requirement R41). */
    private final class HeadDeadline extends TimerWheel.Timer {
        private int wholeBefore;

        /** After each read: the time begins anew only when something has come to its end. */
        void watch() {
            if (over || held != null || !frames.isMidway()) {
                clear();
            } else if (options.headTimeout().isPositive() && (!isSet() || frames.whole() != wholeBefore)) {
                wholeBefore = frames.whole();
                shared.timers().set(this, options.headTimeout().toNanos());
            }
        }

        @Override
        protected void expired() {
            connectionError(Http2Code.ENHANCE_YOUR_CALM, "http2.request_header_timeout");
        }
    }

    /** Without a stream for too long; then the peer has a moment to read the goodbye. */
    private final class Deadline extends TimerWheel.Timer {
        private boolean leaving;

        @Override
        protected void expired() {
            if (!streams.isEmpty()) {
                return;
            }
            if (leaving) {
                close();
                return;
            }
            leaving = true;
            goAway(lastPeerStream);
            shared.timers().set(this, TimeUnit.SECONDS.toNanos(CLOSE_WAIT_SECONDS));
        }
    }
}
