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
import org.jspecify.annotations.Nullable;

/** An upstream HTTP/1 connection without a socket, and its pool: records what it understood of a response. */
final class Http1Client implements UpstreamListener, Http1ClientConnection.Owner {
    /** Heads, bodies and trailers as text. */
    final StringBuilder seen = new StringBuilder();

    /** Body bytes alone. */
    final StringBuilder body = new StringBuilder();

    int interim;
    int heads;
    boolean ended;
    boolean done;

    @Nullable
    String failure;

    /** Whether the connection was given back to its pool for another exchange; null = not given back. */
    @Nullable
    Boolean pooled;

    boolean closed;
    final EmbeddedChannel channel = new EmbeddedChannel();
    private final CodecLoop loop = new CodecLoop(new TimerWheel(channel.eventLoop()));
    private final Http1ClientConnection connection = new Http1ClientConnection(loop, Http1Limits.RESPONSE, this);

    Http1Client() {
        channel.pipeline().addLast(connection);
    }

    /** A client that has sent a request. */
    static Http1Client asking(String method) {
        Http1Client client = new Http1Client();
        Upstream unused = client.ask(method, true);
        return client;
    }

    Upstream ask(String method, boolean end) {
        boolean upgrade = method.equals("UPGRADE");
        RequestHead head = loop.takeRequest();
        byte[] text = Ascii.bytes((upgrade ? "GET" : method) + "/shop");
        HeaderBlock headers = head.headers();
        int at = headers.reserve(text.length);
        System.arraycopy(text, 0, headers.bytes(), at, text.length);
        headers.advance(text.length);
        head.method(at, at + text.length - 5);
        head.target(at + text.length - 5, at + text.length - 4);
        head.authority(at + text.length - 4, at + text.length);
        if (upgrade) {
            headers.add(Ascii.bytes("upgrade"), Ascii.bytes("websocket"));
        }
        Upstream upstream = connection.start(this, head, end && !upgrade, upgrade);
        loop.giveBack(head);
        return upstream;
    }

    void receive(String bytes) {
        receive(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void receive(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void close() {
        channel.finishAndReleaseAll();
    }

    @Override
    public void informational(ResponseHead head) {
        interim++;
        seen.append(head.status()).append('\n');
    }

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        heads++;
        ended |= end;
        seen.append(head.status()).append(' ').append(head.headers());
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        ended |= end;
        String text = data.toString(StandardCharsets.ISO_8859_1);
        body.append(text);
        seen.append(text);
        data.release();
    }

    @Override
    public void responseTrailers(HeaderBlock trailers) {
        ended = true;
        seen.append("trailers ").append(trailers);
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
    public void exchangeOver(Http1ClientConnection over, boolean reusable) {
        pooled = reusable;
    }

    @Override
    public void connectionClosed(Http1ClientConnection over) {
        closed = true;
    }
}
