package dev.weft.codec;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What each received frame does to its connection (RFC 9113 §6), and what is wrong with those that may not come: a stream
 * error where the damage is the stream's alone, else a connection error.
 */
final class Http2Frames implements Http2FrameReader.Sink {
    private final Http2Connection connection;
    private final Http2FrameReader reader;
    private final Http2HeaderAssembler assembler = new Http2HeaderAssembler();
    private @Nullable Http2Stream dataStream; // of the DATA frame under way; null = its bytes are dropped
    private boolean dataEnds;
    private boolean settingsAwaited = true; // the peer's first frame
    private int whole; // frames that came to their end and left no head open

    Http2Frames(Http2Connection connection, boolean server, int maxPayload, CodecLoop shared) {
        this.connection = connection;
        this.reader = new Http2FrameReader(this, server, maxPayload, shared.framePayload);
    }

    void read(ByteBuf in) {
        reader.read(in);
    }

    /** Whether the peer has begun something that is no body and has not come to its end. */
    boolean isMidway() {
        return settingsAwaited || assembler.openStream() != 0 || reader.isMidway();
    }

    /** Differs from what it was if anything has come to its end. */
    int whole() {
        return whole;
    }

    @Override
    public boolean isOver() {
        return connection.stopsReading();
    }

    @Override
    public void broken(Http2Code code, String why) {
        connection.connectionError(code, why);
    }

    private void protocolError(String why) {
        connection.connectionError(Http2Code.PROTOCOL_ERROR, why);
    }

    private void flood(@Nullable String why) {
        if (why != null) {
            connection.connectionError(Http2Code.ENHANCE_YOUR_CALM, why);
        }
    }

    // DATA.

    @Override
    public void dataFrame(int id, int length, boolean endStream) {
        whole++;
        dataStream = null;
        dataEnds = endStream;
        if (id == 0 || settingsAwaited || assembler.openStream() != 0) {
            protocolError("http2.unexpected_data");
            return;
        }
        int owed = connection.windows().received(length);
        if (owed < 0) {
            connection.connectionError(Http2Code.FLOW_CONTROL_ERROR, "http2.connection_window_exceeded");
            return;
        }
        if (owed > 0) {
            connection.writer().windowUpdate(0, owed);
            connection.flushLater();
        }
        Http2Stream stream = connection.stream(id);
        if (stream == null || stream.remoteEnded) {
            strayData(id, length, endStream);
        } else if (!stream.receive(length)) {
            connection.streamError(id, Http2Code.FLOW_CONTROL_ERROR, "http2.stream_window_exceeded");
        } else {
            dataStream = stream;
        }
    }

    private void strayData(int id, int length, boolean endStream) {
        Http2ResetIds reset = connection.resetIds();
        if (isIdle(id)) {
            protocolError("http2.data_on_idle_stream");
        } else if (!reset.contains(id)) {
            if (connection.side().isServer()) {
                connection.streamError(id, Http2Code.STREAM_CLOSED, "http2.data_on_closed_stream");
            }
        } else if (!reset.receive(id, length)) {
            connection.connectionError(Http2Code.FLOW_CONTROL_ERROR, "http2.stream_window_exceeded");
        } else if (endStream) {
            reset.forget(id);
        }
    }

    @Override
    public void dataBytes(ByteBuf data, boolean last) {
        // Here and not where the frame begins: one of nothing but padding is as useless.
        String flood = last ? connection.guard().data(!data.isReadable() && !dataEnds) : null;
        Http2Stream stream = dataStream;
        if (flood != null || stream == null || stream.isGone()) {
            data.release();
            flood(flood);
            return;
        }
        boolean end = last && dataEnds;
        if (!stream.counts(data.readableBytes(), end)) {
            data.release();
            connection.streamError(stream.id, Http2Code.PROTOCOL_ERROR, "http2.content_length_mismatch");
            return;
        }
        boolean kept = stream.mayStall(data.readableBytes());
        if (!kept || stream.isGone()) {
            data.release();
            if (!stream.isGone()) {
                connection.drop(stream, "http2.too_much_stalled");
            }
            return;
        }
        connection.touch(stream);
        stream.remoteEnded = end;
        stream.body(data, end);
        if (end) {
            connection.ended(stream);
        } else {
            stream.consumed();
        }
    }

    // All others.

    @Override
    public void frame(int type, int flags, int id, byte[] payload, int start, int end) {
        if (settingsAwaited) {
            if (type != Http2Frame.SETTINGS || (flags & Http2Frame.ACK) != 0) {
                protocolError("http2.settings_expected");
                return;
            }
            settingsAwaited = false;
        }
        if (assembler.openStream() != 0 && (type != Http2Frame.CONTINUATION || id != assembler.openStream())) {
            protocolError("http2.continuation_expected");
            return;
        }
        int length = end - start;
        switch (type) {
            case Http2Frame.HEADERS -> headers(flags, id, payload, start, end);
            case Http2Frame.CONTINUATION -> continuation(flags, payload, start, end);
            case Http2Frame.PRIORITY -> priority(id, payload, start, length);
            case Http2Frame.RST_STREAM -> {
                if (length != 4) {
                    connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
                } else {
                    resetStream(id, Http2Code.of(int32(payload, start)));
                }
            }
            case Http2Frame.SETTINGS -> settings(flags, id, payload, start, end);
            case Http2Frame.PUSH_PROMISE -> protocolError("http2.push_promise");
            case Http2Frame.PING -> ping(flags, id, payload, start, length);
            case Http2Frame.GOAWAY -> {
                if (id != 0) {
                    protocolError("http2.goaway_on_stream");
                } else if (length < 8) {
                    connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
                } else {
                    connection
                            .side()
                            .peerLeaves(
                                    int32(payload, start) & Integer.MAX_VALUE,
                                    Http2Code.of(int32(payload, start + 4)),
                                    payload,
                                    start + 8,
                                    end);
                    flood(connection.guard().unasked()); // one or two say it all
                }
            }
            case Http2Frame.WINDOW_UPDATE -> windowUpdate(id, payload, start, length);
            default -> flood(connection.guard().unasked()); // RFC 9113 §5.5: unknown types are ignored
        }
        if (assembler.openStream() == 0) {
            whole++;
        }
    }

    private void headers(int flags, int id, byte[] payload, int start, int end) {
        int from = start;
        int to = end;
        if ((flags & Http2Frame.PADDED) != 0) {
            if (from == to) {
                connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
                return;
            }
            to -= payload[from++] & 0xff;
        }
        int dependency = 0;
        if ((flags & Http2Frame.PRIORITY_FLAG) != 0) {
            if (to - from >= 5) {
                dependency = int32(payload, from) & Integer.MAX_VALUE;
            }
            from += 5;
        }
        if (from > to || id == 0) {
            protocolError(id == 0 ? "http2.headers_on_stream_0" : "http2.padding_too_long");
            return;
        }
        if (dependency == id) {
            protocolError("http2.stream_depends_on_itself");
            return;
        }
        boolean endStream = (flags & Http2Frame.END_STREAM) != 0;
        if ((flags & Http2Frame.END_HEADERS) != 0) {
            block(id, payload, from, to, endStream);
        } else {
            assembler.begin(id, endStream, payload, from, to);
        }
    }

    private void continuation(int flags, byte[] payload, int start, int end) {
        int id = assembler.openStream();
        if (id == 0) {
            protocolError("http2.unexpected_continuation");
        } else if (!assembler.more(payload, start, end, connection.options().maxHeadBytes())) {
            connection.connectionError(Http2Code.ENHANCE_YOUR_CALM, "http2.continuation_flood");
        } else if ((flags & Http2Frame.END_HEADERS) != 0) {
            byte[] bytes = assembler.bytes();
            int length = assembler.length();
            boolean endStream = assembler.endsStream();
            assembler.clear();
            block(id, bytes, 0, length, endStream);
        }
    }

    private void block(int id, byte[] block, int start, int end, boolean endStream) {
        Http2Stream stream = connection.stream(id);
        if (stream != null && !stream.remoteEnded) {
            connection.touch(stream);
            stream.headers(block, start, end, endStream);
            return;
        }
        boolean peers = (id & 1) == 1 == connection.side().isServer();
        if (peers && id > connection.lastPeerStream() && connection.side().isServer()) {
            connection.peerOpened(id);
            connection.side().newStream(id, block, start, end, endStream);
        } else if (stream == null && isIdle(id)) {
            protocolError("http2.headers_on_idle_stream");
        } else if (stream == null
                && (!connection.side().isServer() || connection.resetIds().contains(id))) {
            connection.decodeIgnored(block, start, end);
            connection.resetIds().forget(id); // a client has only trailers left to send
        } else {
            connection.connectionError(Http2Code.STREAM_CLOSED, "http2.headers_on_closed_stream");
        }
    }

    private void priority(int id, byte[] payload, int start, int length) {
        if (id == 0) {
            protocolError("http2.priority_on_stream_0");
        } else if (length != 5) {
            connection.streamError(id, Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
        } else if ((int32(payload, start) & Integer.MAX_VALUE) == id) {
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, "http2.stream_depends_on_itself");
        } else {
            flood(connection.guard().priority()); // deprecated (RFC 9113 §5.3): read, counted and ignored
        }
    }

    private void resetStream(int id, Http2Code code) {
        if (id == 0 || isIdle(id)) {
            protocolError("http2.reset_of_idle_stream");
            return;
        }
        Http2Stream stream = connection.stream(id);
        if (stream != null) {
            // Envoy's words: a server speaks of its client's stream, a client of why its own was reset
            String refused = connection.side().isServer() ? "http2.remote_refuse" : "remote_refused_stream_reset";
            String reset = connection.side().isServer() ? "http2.remote_reset" : "remote_reset";
            connection.abort(stream, code, true, code == Http2Code.REFUSED_STREAM ? refused : reset);
        }
        if (code != Http2Code.NO_ERROR || connection.side().isServer()) {
            flood(connection.guard().reset());
        }
    }

    private void settings(int flags, int id, byte[] payload, int start, int end) {
        int length = end - start;
        boolean ack = (flags & Http2Frame.ACK) != 0;
        if (id != 0) {
            protocolError("http2.settings_on_stream");
        } else if (ack ? length != 0 : length % 6 != 0) {
            connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
        } else if (ack) {
            connection.settingsHeard();
            flood(connection.guard().unasked());
        } else {
            apply(payload, start, end);
        }
    }

    private void apply(byte[] payload, int start, int end) {
        Http2Peer peer = connection.peer();
        int before = peer.initialWindow();
        String wrong = peer.read(payload, start, end, !connection.side().isServer());
        if (wrong != null) {
            connection.connectionError(peer.code(), wrong);
            return;
        }
        // Acknowledged before anything is sent that the new values allow.
        connection.writer().settingsAck();
        connection.flushLater();
        int change = peer.initialWindow() - before;
        if (change != 0 && !connection.initialWindowChanged(change)) {
            connection.connectionError(Http2Code.FLOW_CONTROL_ERROR, "http2.window_overflow");
            return;
        }
        connection.encoder().maxTableSize(peer.headerTableSize());
        connection.side().settings();
        flood(connection.guard().controlFrame());
    }

    private void ping(int flags, int id, byte[] payload, int start, int length) {
        if (id != 0) {
            protocolError("http2.ping_on_stream");
        } else if (length != 8) {
            connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
        } else if ((flags & Http2Frame.ACK) == 0) {
            long opaque = (long) int32(payload, start) << 32 | int32(payload, start + 4) & 0xffffffffL;
            connection.writer().ping(true, opaque);
            connection.flushLater();
            flood(connection.guard().controlFrame());
        } else {
            flood(connection.guard().unasked());
        }
    }

    private void windowUpdate(int id, byte[] payload, int start, int length) {
        if (length != 4) {
            connection.connectionError(Http2Code.FRAME_SIZE_ERROR, "http2.bad_frame_size");
            return;
        }
        int increment = int32(payload, start) & Integer.MAX_VALUE;
        flood(connection.guard().windowUpdate());
        if (id == 0) {
            if (increment == 0) {
                protocolError("http2.window_update_of_0");
            } else if (!connection.windows().opened(increment)) {
                connection.connectionError(Http2Code.FLOW_CONTROL_ERROR, "http2.window_overflow");
            } else {
                connection.windowOpened();
            }
            return;
        }
        Http2Stream stream = connection.stream(id);
        if (stream == null) {
            if (isIdle(id)) {
                protocolError("http2.window_update_of_idle_stream");
            }
        } else if (increment == 0) {
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, "http2.window_update_of_0");
        } else if (!stream.windowOpened(increment)) {
            connection.streamError(id, Http2Code.FLOW_CONTROL_ERROR, "http2.window_overflow");
        }
    }

    /** Whether neither side has used that stream yet. */
    private boolean isIdle(int id) {
        boolean peers = (id & 1) == 1 == connection.side().isServer();
        return id > (peers ? connection.lastPeerStream() : connection.side().lastOwnStream());
    }

    private static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }
}
