package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Finds the body's bytes and its end in received buffers and hands them on as slices, without copying. Chunk framing is
 * taken off; extensions are checked and dropped.
 */
final class BodyReader {
    /** Takes what was found. */
    interface Sink {
        /** Body bytes; the sink takes the buffer over. An empty buffer may carry the end. */
        void bodyData(ByteBuf data, boolean end);

        /** Trailers, which end the body; valid during the call. */
        void bodyTrailers(HeaderBlock trailers);
    }

    private enum State {
        /** No body, or all of it read. */
        DONE,
        LENGTH,
        UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_SIZE_LF,
        CHUNK_DATA,
        CHUNK_DATA_CR,
        CHUNK_DATA_LF,
        TRAILERS
    }

    /** Most bytes of a chunk-size line: 16 hex digits leave room for extensions nobody uses. */
    private static final int MAX_CHUNK_LINE = 256;

    private static final int MAX_CHUNK_DIGITS = 15; // of a long

    private State state = State.DONE;
    private long remaining;
    private int lineBytes;
    private int digits;
    private boolean tookBuffer;
    private @Nullable HeadReader trailerReader;
    private @Nullable HeaderBlock trailers;

    void start(Framing framing) {
        remaining = framing.length();
        state = switch (framing.kind()) {
            case NONE -> State.DONE;
            case LENGTH -> State.LENGTH;
            case CHUNKED -> State.CHUNK_SIZE;
            case UNTIL_CLOSE -> State.UNTIL_CLOSE;
        };
        lineBytes = 0;
        digits = 0;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether the end of the connection ends this body. */
    boolean endsAtClose() {
        return state == State.UNTIL_CLOSE;
    }

    /** Whether the last {@link #read} gave the received buffer itself away instead of a slice of it. */
    boolean tookBuffer() {
        return tookBuffer;
    }

    /**
     * Reads on until the body or the buffer ends. When {@link #tookBuffer()} says so afterwards, the buffer is the sink's:
     * the caller neither reads nor releases it.
     */
    @Nullable
    Http1Error read(ByteBuf in, Sink sink) {
        tookBuffer = false;
        while (!tookBuffer && state != State.DONE && in.isReadable()) {
            switch (state) {
                case LENGTH -> {
                    int n = (int) Math.min(remaining, in.readableBytes());
                    remaining -= n;
                    boolean end = remaining == 0;
                    if (end) {
                        state = State.DONE;
                    }
                    give(in, n, end, sink);
                }
                case UNTIL_CLOSE -> give(in, in.readableBytes(), false, sink);
                case CHUNK_DATA -> {
                    int n = (int) Math.min(remaining, in.readableBytes());
                    remaining -= n;
                    if (remaining == 0) {
                        state = State.CHUNK_DATA_CR;
                    }
                    give(in, n, false, sink);
                }
                default -> {
                    Http1Error error = state == State.TRAILERS ? readTrailers(in, sink) : readFraming(in);
                    if (error != null) {
                        return error;
                    }
                }
            }
        }
        return null;
    }

    /**
     * Reads on in the framing before the first byte of the body, for a head that is not passed on yet: nothing goes to a
     * sink.
     */
    @Nullable
    Http1Error readFraming(ByteBuf in) {
        while (isFraming() && in.isReadable()) {
            if (!framingByte(in.readByte())) {
                boolean large = digits > MAX_CHUNK_DIGITS && remaining > 0;
                return large ? Http1Error.CONTENT_TOO_LARGE : Http1Error.BAD_CHUNK;
            }
        }
        return null;
    }

    private boolean isFraming() {
        return switch (state) {
            case DONE, LENGTH, UNTIL_CLOSE, CHUNK_DATA, TRAILERS -> false;
            case CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_SIZE_LF, CHUNK_DATA_CR, CHUNK_DATA_LF -> true;
        };
    }

    private void give(ByteBuf in, int n, boolean end, Sink sink) {
        if (n == in.readableBytes()) {
            tookBuffer = true;
            sink.bodyData(in, end);
        } else {
            sink.bodyData(in.readRetainedSlice(n), end);
        }
    }

    private boolean framingByte(byte b) {
        switch (state) {
            case CHUNK_SIZE -> {
                int digit = Character.digit(b, 16);
                if (digit >= 0) {
                    if (++digits > MAX_CHUNK_DIGITS) {
                        return false;
                    }
                    remaining = remaining << 4 | digit;
                    return true;
                }
                lineBytes = 0;
                state = b == '\r' ? State.CHUNK_SIZE_LF : State.CHUNK_EXTENSION;
                return digits > 0 && (b == '\r' || b == ';');
            }
            case CHUNK_EXTENSION -> {
                if (b == '\r') {
                    state = State.CHUNK_SIZE_LF;
                    return true;
                }
                return (b >= 0x20 && b != 0x7f || b == '\t') && ++lineBytes <= MAX_CHUNK_LINE;
            }
            case CHUNK_SIZE_LF -> {
                digits = 0;
                state = remaining == 0 ? State.TRAILERS : State.CHUNK_DATA;
                return b == '\n';
            }
            case CHUNK_DATA_CR -> {
                state = State.CHUNK_DATA_LF;
                return b == '\r';
            }
            case CHUNK_DATA_LF -> {
                state = State.CHUNK_SIZE;
                return b == '\n';
            }
            default -> throw new IllegalStateException(state.toString());
        }
    }

    private @Nullable Http1Error readTrailers(ByteBuf in, Sink sink) {
        // Usual case first: no trailers, and the final CR LF is at hand.
        if (trailerReader == null
                && in.readableBytes() >= 2
                && in.getByte(in.readerIndex()) == '\r'
                && in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
            state = State.DONE;
            sink.bodyData(Unpooled.EMPTY_BUFFER, true);
            return null;
        }
        if (trailerReader == null) {
            trailerReader = new HeadReader(Http1Limits.TRAILERS, false);
            trailers = new HeaderBlock(256);
        }
        HeaderBlock block = java.util.Objects.requireNonNull(trailers);
        if (!trailerReader.read(in, block)) {
            return null;
        }
        Http1Error error = trailerReader.error();
        trailerReader = null;
        trailers = null;
        state = State.DONE;
        if (error != null) {
            return error;
        }
        dropForbidden(block);
        if (block.count() == 0) {
            sink.bodyData(Unpooled.EMPTY_BUFFER, true);
        } else {
            sink.bodyTrailers(block);
        }
        return null;
    }

    /** Trailers must not carry framing, routing or credentials (RFC 9110 §6.5.1). */
    static void dropForbidden(HeaderBlock block) {
        for (int i = 0; i < block.count(); i++) {
            KnownHeader known = block.known(i);
            if (known != null && known != KnownHeader.GRPC_STATUS && known != KnownHeader.DATE) {
                block.removeAt(i);
            } else if (startsWith(block, i, RESERVED_ENVOY) || startsWith(block, i, RESERVED_WEFT)) {
                block.removeAt(i);
            }
        }
    }

    private static final byte[] RESERVED_ENVOY = dev.weft.http.Ascii.bytes("x-envoy-");
    private static final byte[] RESERVED_WEFT = dev.weft.http.Ascii.bytes("x-weft-");

    private static boolean startsWith(HeaderBlock block, int index, byte[] prefix) {
        int start = block.nameStart(index);
        return block.nameEnd(index) - start >= prefix.length
                && dev.weft.http.Ascii.equalsIgnoreCase(prefix, block.bytes(), start, start + prefix.length);
    }
}
