package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server connection without a socket, its client played frame by frame; answers requests as its test says. */
final class Http2Peerless implements HttpServer, TerminalFilter {
    final List<String> requests = new ArrayList<>();
    final List<String> refused = new ArrayList<>();
    final List<String> violations = new ArrayList<>();
    final List<HttpStream> streams = new ArrayList<>();
    final StringBuilder bodies = new StringBuilder();
    final UnreadChannel channel = new UnreadChannel();
    final Http2ServerConnection connection;
    final HpackEncoder encoder = new HpackEncoder(4096, false);
    final CodecLoop loop;
    int gone;
    boolean draining;
    boolean answers = true;
    boolean closed;
    Runnable whenGone = () -> {};
    private final FilterChain chain = new FilterChain(List.of(), this, 0);
    private final Http2Sent sent = new Http2Sent();

    Http2Peerless(Http2Options options) {
        this(options, new StalledBytes(1));
    }

    Http2Peerless(Http2Options options, StalledBytes stalled) {
        loop = new CodecLoop(new TimerWheel(channel.eventLoop()), Runnable::run, stalled);
        connection = new Http2ServerConnection(loop, this, options);
        channel.pipeline().addLast(connection.handler());
        send(Unpooled.wrappedBuffer(Http2Frame.PREFACE));
        send(frame(Http2Frame.SETTINGS, 0, 0, new byte[0]));
        received(); // settings, window, acknowledgement
    }

    // The client.

    static ByteBuf frame(int type, int flags, int stream, byte[] payload) {
        return Unpooled.buffer()
                .writeMedium(payload.length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(stream)
                .writeBytes(payload);
    }

    static byte[] int32(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    byte[] block(String... namesAndValues) {
        OutArray out = new OutArray(256);
        encoder.begin(out);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            byte[] name = Ascii.bytes(namesAndValues[i]);
            byte[] value = Ascii.bytes(namesAndValues[i + 1]);
            encoder.field(name, 0, name.length, value, 0, value.length);
        }
        return java.util.Arrays.copyOf(out.bytes(), out.length());
    }

    /** A header block of literals, so that names may be in any case. */
    static byte[] raw(String... namesAndValues) {
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                out.writeByte(0);
            }
            byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
            out.writeByte(text.length).writeBytes(text);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    void get(int stream) {
        headers(stream, true, block(":method", "GET", ":scheme", "http", ":path", "/" + stream, ":authority", "shop"));
    }

    void post(int stream, String... more) {
        String[] all = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", "POST", ":scheme", "http", ":path", "/" + stream, ":authority", "shop"},
                0,
                all,
                0,
                8);
        System.arraycopy(more, 0, all, 8, more.length);
        headers(stream, false, block(all));
    }

    void headers(int stream, boolean end, byte[] block) {
        send(frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS | (end ? Http2Frame.END_STREAM : 0), stream, block));
    }

    void data(int stream, String bytes, boolean end) {
        send(frame(Http2Frame.DATA, end ? Http2Frame.END_STREAM : 0, stream, Ascii.bytes(bytes)));
    }

    void send(ByteBuf bytes) {
        channel.writeInbound(bytes);
        channel.runPendingTasks();
    }

    /** The frames the server has sent since the last call, as text: {@code HEADERS 1 200}, {@code RST_STREAM 1 CANCEL} … */
    List<String> received() {
        return sent.take(channel);
    }

    // The server.

    @Override
    public HttpStream newStream(Downstream downstream, RequestHead head) {
        HttpStream stream = new HttpStream(downstream, head, chain, null);
        streams.add(stream);
        return stream;
    }

    @Override
    public void rejected(@Nullable RequestHead head, int status, String details) {
        refused.add(status + " " + details);
    }

    @Override
    public void violated(String details, boolean fatal) {
        violations.add(details);
    }

    @Override
    public boolean closeAfterResponse() {
        return draining;
    }

    @Override
    public void closed() {
        closed = true;
    }

    @Override
    public void requestHead(HttpStream stream, RequestHead head, boolean end) {
        StringBuilder text = new StringBuilder(
                head.methodText() + " " + head.targetText() + " " + head.authorityText() + " " + head.version());
        for (int i = 0; i < head.headers().count(); i++) {
            if (!head.headers().isRemoved(i)) {
                text.append(' ')
                        .append(head.headers().name(i))
                        .append('=')
                        .append(head.headers().value(i));
            }
        }
        requests.add(text.toString());
        if (end) {
            answer(stream);
        }
    }

    @Override
    public void requestData(HttpStream stream, ByteBuf data, boolean end) {
        bodies.append(data.toString(StandardCharsets.ISO_8859_1));
        data.release();
        if (end) {
            answer(stream);
        }
    }

    @Override
    public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
        for (int i = 0; i < trailers.count(); i++) {
            if (!trailers.isRemoved(i)) {
                bodies.append('[')
                        .append(trailers.name(i))
                        .append('=')
                        .append(trailers.value(i))
                        .append(']');
            }
        }
        answer(stream);
    }

    private void answer(HttpStream stream) {
        if (answers) {
            respond(stream, 204, 0);
        }
    }

    /** Answers with a status and a body of so many bytes. */
    void respond(HttpStream stream, int status, int bytes) {
        respond(stream, status, bytes, bytes == 0);
    }

    void respond(HttpStream stream, int status, int bytes, boolean end) {
        ResponseHead head = loop.takeResponse();
        head.status(status);
        stream.responseHead(head, end);
        loop.giveBack(head);
        if (bytes > 0) {
            stream.responseData(Unpooled.wrappedBuffer(new byte[bytes]), true);
        }
        stream.responseFlush();
        channel.runPendingTasks();
    }

    @Override
    public void requestFlush(HttpStream stream) {}

    @Override
    public void downstreamWritable(HttpStream stream, boolean writable) {}

    @Override
    public void streamEnd(HttpStream stream, StreamEnd end) {
        if (end == StreamEnd.DOWNSTREAM_GONE) {
            gone++;
            whenGone.run();
        }
    }
}
