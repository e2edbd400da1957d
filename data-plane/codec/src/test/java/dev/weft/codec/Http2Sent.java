package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;

/** The frames a connection has sent into its channel, as text: {@code HEADERS 1 :status=200}, {@code PING ack} … */
final class Http2Sent {
    private final HpackDecoder decoder = new HpackDecoder(4096);

    /** What was sent since the last call; a client's preface is left out. */
    List<String> take(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            all.writeBytes(out);
            out.release();
        }
        if (all.isReadable() && all.getByte(0) == 'P') {
            all.skipBytes(Http2Frame.PREFACE.length);
        }
        List<String> frames = new ArrayList<>();
        while (all.isReadable()) {
            int length = all.readMedium();
            int type = all.readByte();
            int flags = all.readByte();
            int stream = all.readInt();
            frames.add(describe(type, flags, stream, all.readSlice(length)));
        }
        return frames;
    }

    private String describe(int type, int flags, int stream, ByteBuf payload) {
        String end = (flags & 1) != 0 ? " end" : "";
        return switch (type) {
            case Http2Frame.HEADERS -> {
                byte[] bytes = new byte[payload.readableBytes()];
                payload.readBytes(bytes);
                StringBuilder text = new StringBuilder("HEADERS " + stream);
                HeaderBlock block = new HeaderBlock(256);
                decoder.decode(bytes, 0, bytes.length, block, 65536, 100, (b, ns, ne, vs, ve) -> {
                    text.append(' ')
                            .append(Ascii.text(b.bytes(), ns, ne))
                            .append('=')
                            .append(Ascii.text(b.bytes(), vs, ve));
                    return true;
                });
                yield text + end;
            }
            case Http2Frame.DATA -> "DATA " + stream + " " + payload.readableBytes() + end;
            case Http2Frame.RST_STREAM -> "RST_STREAM " + stream + " " + Http2Code.of(payload.readInt());
            case Http2Frame.GOAWAY -> {
                int last = payload.readInt();
                yield "GOAWAY " + (last == Integer.MAX_VALUE ? "max" : last) + " " + Http2Code.of(payload.readInt());
            }
            case Http2Frame.SETTINGS -> "SETTINGS" + ((flags & 1) != 0 ? " ack" : "");
            case Http2Frame.PING -> "PING" + ((flags & 1) != 0 ? " ack" : "");
            case Http2Frame.WINDOW_UPDATE -> "WINDOW_UPDATE " + stream + " " + payload.readInt();
            default -> "type " + type;
        };
    }
}
