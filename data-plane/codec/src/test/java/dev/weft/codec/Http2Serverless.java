package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client connection without a socket that has sent one request on stream 1, its server played frame by frame. */
final class Http2Serverless implements UpstreamListener, Http2ClientConnection.Owner {
    final EmbeddedChannel channel = new EmbeddedChannel();
    final Http2ClientConnection connection;
    final StringBuilder body = new StringBuilder();
    final List<Integer> heads = new ArrayList<>();
    final List<String> fields = new ArrayList<>(); // of final heads
    int interim;
    boolean done;
    boolean ended;
    boolean closed;

    @Nullable
    String failure;

    private final CodecLoop loop;

    Http2Serverless(String method) {
        this(method, Http2Options.MESH);
    }

    /** @param method {@code UPGRADE} for a GET that wants to speak WebSocket */
    Http2Serverless(String method, Http2Options options) {
        loop = new CodecLoop(new TimerWheel(channel.eventLoop()));
        connection = new Http2ClientConnection(loop, options, this);
        channel.pipeline().addLast(connection.handler());
        byte[] connectProtocol = {0, Http2Peer.ENABLE_CONNECT_PROTOCOL, 0, 0, 0, 1};
        send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, connectProtocol));
        Upstream unused = ask(method);
        List<String> sent = sent();
        if (sent.stream().noneMatch(f -> f.startsWith("HEADERS 1"))) {
            throw new AssertionError(sent.toString());
        }
    }

    Upstream ask(String method) {
        boolean upgrade = method.equals("UPGRADE");
        boolean tunnel = upgrade || method.equals("CONNECT");
        String said = upgrade ? "GET" : method;
        RequestHead head = loop.takeRequest();
        byte[] text = Ascii.bytes(said + "/shop");
        int at = head.headers().reserve(text.length);
        System.arraycopy(text, 0, head.bytes(), at, text.length);
        head.headers().advance(text.length);
        head.method(at, at + said.length());
        head.target(at + said.length(), at + said.length() + 1);
        head.authority(at + said.length() + 1, at + text.length);
        if (upgrade) {
            head.headers().add(Ascii.bytes("upgrade"), Ascii.bytes("websocket"));
        }
        Upstream upstream = connection.start(this, head, !tunnel, tunnel);
        loop.giveBack(head);
        channel.runPendingTasks();
        return upstream;
    }

    void headers(boolean end, String... namesAndValues) {
        int flags = Http2Frame.END_HEADERS | (end ? Http2Frame.END_STREAM : 0);
        send(Http2Peerless.frame(Http2Frame.HEADERS, flags, 1, Http2Peerless.raw(namesAndValues)));
    }

    void data(String bytes, boolean end) {
        send(Http2Peerless.frame(Http2Frame.DATA, end ? Http2Frame.END_STREAM : 0, 1, Ascii.bytes(bytes)));
    }

    void send(ByteBuf bytes) {
        channel.writeInbound(bytes);
        channel.runPendingTasks();
    }

    /** Types, streams and error codes of the frames sent since the last call. */
    List<String> sent() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            all.writeBytes(out);
            out.release();
        }
        if (all.readableBytes() > 24 && all.getByte(0) == 'P') {
            all.skipBytes(Http2Frame.PREFACE.length);
        }
        List<String> frames = new ArrayList<>();
        while (all.isReadable()) {
            int length = all.readMedium();
            int type = all.readByte();
            all.skipBytes(1);
            int stream = all.readInt();
            ByteBuf payload = all.readSlice(length);
            switch (type) {
                case Http2Frame.HEADERS -> frames.add("HEADERS " + stream);
                case Http2Frame.RST_STREAM ->
                    frames.add("RST_STREAM " + stream + " " + Http2Code.of(payload.readInt()));
                case Http2Frame.GOAWAY ->
                    frames.add("GOAWAY " + Http2Code.of(payload.skipBytes(4).readInt()));
                default -> frames.add("type " + type);
            }
        }
        return frames;
    }

    @Override
    public void informational(ResponseHead head) {
        interim++;
    }

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        heads.add(head.status());
        HeaderBlock block = head.headers();
        for (int i = 0; i < block.count(); i++) {
            if (!block.isRemoved(i)) {
                fields.add(Ascii.text(block.bytes(), block.nameStart(i), block.nameEnd(i)) + ": "
                        + Ascii.text(block.bytes(), block.valueStart(i), block.valueEnd(i)));
            }
        }
        ended |= end;
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        body.append(data.toString(StandardCharsets.ISO_8859_1));
        data.release();
        ended |= end;
    }

    @Override
    public void responseTrailers(HeaderBlock trailers) {
        ended = true;
    }

    @Override
    public void responseFlush() {}

    @Override
    public void upstreamWritable(boolean writable) {}

    @Override
    public void done() {
        done = true;
    }

    @Override
    public void failed(Failure why, String details) {
        failure = why + " " + details;
    }

    @Override
    public void roomChanged(Http2ClientConnection changed) {}

    @Override
    public void connectionClosed(Http2ClientConnection over) {
        closed = true;
    }
}
