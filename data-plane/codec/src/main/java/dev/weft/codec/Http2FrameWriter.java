package dev.weft.codec;

import io.netty.buffer.ByteBuf;

/** Puts frames into a connection's outgoing buffer; nothing is sent before the buffer is flushed. */
final class Http2FrameWriter {
    private static final int SETTING_LENGTH = 6;

    private final OutBuffer out;

    Http2FrameWriter(OutBuffer out) {
        this.out = out;
    }

    /** Sends the client's first bytes. */
    void preface() {
        out.bytes(Http2Frame.PREFACE);
    }

    /** @param settings pairs of identifier and value */
    void settings(int... settings) {
        ByteBuf buffer = frame(settings.length / 2 * SETTING_LENGTH, Http2Frame.SETTINGS, 0, 0);
        for (int i = 0; i < settings.length; i += 2) {
            buffer.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
    }

    void settingsAck() {
        frame(0, Http2Frame.SETTINGS, Http2Frame.ACK, 0);
    }

    void ping(boolean ack, long opaque) {
        frame(8, Http2Frame.PING, ack ? Http2Frame.ACK : 0, 0).writeLong(opaque);
    }

    void goAway(int lastStream, Http2Code code, byte[] debug) {
        frame(8 + debug.length, Http2Frame.GOAWAY, 0, 0)
                .writeInt(lastStream)
                .writeInt(code.ordinal())
                .writeBytes(debug);
    }

    void resetStream(int stream, Http2Code code) {
        frame(4, Http2Frame.RST_STREAM, 0, stream).writeInt(code.ordinal());
    }

    void windowUpdate(int stream, int increment) {
        frame(4, Http2Frame.WINDOW_UPDATE, 0, stream).writeInt(increment);
    }

    /** Writes a header block as one HEADERS frame, or with CONTINUATIONs when it is longer than the peer's frames. */
    void headers(int stream, byte[] block, int length, boolean endStream, int maxPayload) {
        int first = Math.min(length, maxPayload);
        int flags = (endStream ? Http2Frame.END_STREAM : 0) | (first == length ? Http2Frame.END_HEADERS : 0);
        frame(first, Http2Frame.HEADERS, flags, stream).writeBytes(block, 0, first);
        for (int at = first; at < length; ) {
            int n = Math.min(length - at, maxPayload);
            int end = at + n == length ? Http2Frame.END_HEADERS : 0;
            frame(n, Http2Frame.CONTINUATION, end, stream).writeBytes(block, at, n);
            at += n;
        }
    }

    /** Writes one DATA frame and takes the bytes over. */
    void data(int stream, ByteBuf data, boolean endStream) {
        int n = data.readableBytes();
        int copied = n <= OutBuffer.COPY_LIMIT ? n : 0;
        header(
                out.room(Http2Frame.HEADER_LENGTH + copied),
                n,
                Http2Frame.DATA,
                endStream ? Http2Frame.END_STREAM : 0,
                stream);
        out.data(data, false);
    }

    private ByteBuf frame(int length, int type, int flags, int stream) {
        ByteBuf buffer = out.room(Http2Frame.HEADER_LENGTH + length);
        header(buffer, length, type, flags, stream);
        return buffer;
    }

    private static void header(ByteBuf buffer, int length, int type, int flags, int stream) {
        buffer.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
    }
}
