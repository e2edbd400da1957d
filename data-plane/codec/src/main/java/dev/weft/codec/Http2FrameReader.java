package dev.weft.codec;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts received bytes into frames (RFC 9113 §4.1). The payload of DATA is handed on in slices as it arrives, without
 * copying; every other payload is small and handed on whole, as a span of an array that is valid during the call.
 *
 * <p>Bytes may arrive in any pieces; the outcome does not depend on where they are cut.
 */
final class Http2FrameReader {
    /** Takes the frames of a connection, in order. */
    interface Sink {
        /** A DATA frame begins; {@code length} is what flow control counts, padding included. */
        void dataFrame(int stream, int length, boolean endStream);

        /** Bytes of the DATA frame under way; the sink takes the buffer over. {@code last}: the frame ends with them. */
        void dataBytes(ByteBuf data, boolean last);

        /** Any other frame, with its payload. */
        void frame(int type, int flags, int stream, byte[] payload, int start, int end);

        /** The bytes are no frames, or a frame has a size it must not have. */
        void broken(Http2Code code, String why);

        /** Whether nothing more is wanted. */
        boolean isOver();
    }

    private enum State {
        PREFACE,
        HEADER,
        PAD_LENGTH,
        DATA,
        PADDING,
        PAYLOAD
    }

    private final Sink sink;
    private final int maxPayload;
    private final byte[] header = new byte[Http2Frame.HEADER_LENGTH];
    private State state;
    private int filled; // of the preface, the header or the payload
    private int length; // of the payload, or what is left of DATA
    private int type;
    private int flags;
    private int stream;
    private int padding;
    private byte @Nullable [] partial; // a payload that came in pieces
    private byte[] payload; // shared by the loop: payloads that came whole are copied here

    /**
     * @param preface whether the peer begins with the connection preface: it is a client
     * @param maxPayload bytes: a frame with more is an error
     * @param payload room for that many bytes, used during calls of the sink only
     */
    Http2FrameReader(Sink sink, boolean preface, int maxPayload, byte[] payload) {
        this.sink = sink;
        this.maxPayload = maxPayload;
        this.state = preface ? State.PREFACE : State.HEADER;
        this.payload = payload;
    }

    /** Reads on until the buffer ends or the sink wants no more; does not release the buffer. */
    void read(ByteBuf in) {
        while (in.isReadable() && !sink.isOver()) {
            switch (state) {
                case PREFACE -> preface(in);
                case HEADER -> header(in);
                case PAD_LENGTH -> padLength(in);
                case DATA -> data(in);
                case PADDING -> padding(in);
                case PAYLOAD -> payload(in);
            }
        }
    }

    /** Whether the peer is in the midst of its preface, or of a frame other than DATA. */
    boolean isMidway() {
        return state == State.PAYLOAD || filled > 0;
    }

    private void preface(ByteBuf in) {
        while (in.isReadable() && filled < Http2Frame.PREFACE.length) {
            if (in.readByte() != Http2Frame.PREFACE[filled++]) {
                sink.broken(Http2Code.PROTOCOL_ERROR, "http2.bad_preface");
                return;
            }
        }
        if (filled == Http2Frame.PREFACE.length) {
            filled = 0;
            state = State.HEADER;
        }
    }

    private void header(ByteBuf in) {
        int n = Math.min(Http2Frame.HEADER_LENGTH - filled, in.readableBytes());
        in.readBytes(header, filled, n);
        filled += n;
        if (filled < Http2Frame.HEADER_LENGTH) {
            return;
        }
        filled = 0;
        length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        stream = (header[5] & 0x7f) << 24 | (header[6] & 0xff) << 16 | (header[7] & 0xff) << 8 | header[8] & 0xff;
        if (length > maxPayload) {
            sink.broken(Http2Code.FRAME_SIZE_ERROR, "http2.frame_too_large");
        } else if (type == Http2Frame.DATA) {
            beginData();
        } else if (length == 0) {
            whole(payload, 0, 0);
        } else {
            state = State.PAYLOAD;
        }
    }

    private void beginData() {
        padding = 0;
        boolean padded = (flags & Http2Frame.PADDED) != 0;
        if (padded && length == 0) {
            sink.broken(Http2Code.FRAME_SIZE_ERROR, "http2.frame_too_small");
            return;
        }
        sink.dataFrame(stream, length, (flags & Http2Frame.END_STREAM) != 0);
        if (sink.isOver()) {
            return;
        }
        if (padded) {
            state = State.PAD_LENGTH;
        } else if (length == 0) {
            state = State.HEADER;
            sink.dataBytes(io.netty.buffer.Unpooled.EMPTY_BUFFER, true);
        } else {
            state = State.DATA;
        }
    }

    private void padLength(ByteBuf in) {
        padding = in.readUnsignedByte();
        length -= 1 + padding;
        if (length < 0) {
            sink.broken(Http2Code.PROTOCOL_ERROR, "http2.padding_too_long"); // RFC 9113 §6.1
        } else if (length > 0) {
            state = State.DATA;
        } else {
            afterData();
            sink.dataBytes(io.netty.buffer.Unpooled.EMPTY_BUFFER, true);
        }
    }

    private void data(ByteBuf in) {
        int n = Math.min(length, in.readableBytes());
        length -= n;
        boolean last = length == 0;
        if (last) {
            afterData();
        }
        sink.dataBytes(in.readRetainedSlice(n), last);
    }

    private void afterData() {
        state = padding > 0 ? State.PADDING : State.HEADER;
    }

    private void padding(ByteBuf in) {
        int n = Math.min(padding, in.readableBytes());
        in.skipBytes(n);
        padding -= n;
        if (padding == 0) {
            state = State.HEADER;
        }
    }

    private void payload(ByteBuf in) {
        int n = Math.min(length - filled, in.readableBytes());
        byte[] into = partial;
        if (into == null) {
            if (n == length) {
                in.readBytes(payload, 0, n);
                whole(payload, 0, n);
                return;
            }
            into = new byte[Math.max(n, 256)];
            partial = into;
        }
        if (into.length < filled + n) {
            // Grows with what has arrived, not with what was announced: an attacker pays for the memory.
            into = Arrays.copyOf(into, Math.min(length, Math.max(into.length * 2, filled + n)));
            partial = into;
        }
        in.readBytes(into, filled, n);
        filled += n;
        if (filled == length) {
            partial = null;
            filled = 0;
            whole(into, 0, length);
        }
    }

    private void whole(byte[] bytes, int start, int end) {
        state = State.HEADER;
        sink.frame(type, flags, stream, bytes, start, end);
    }
}
