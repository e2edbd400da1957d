package dev.weft.codec;

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

/**
 * A downstream HTTP/1 connection without a socket: records what it understood of the bytes a test gives it, and answers 204
 * when a request is complete.
 */
final class Http1Server implements HttpServer, TerminalFilter {
    private static final Http1ServerOptions OPTIONS = new Http1ServerOptions(
            Http1Limits.REQUEST,
            true,
            Http1ServerOptions.DEFAULT.headTimeout(),
            Http1ServerOptions.DEFAULT.idleTimeout(),
            Http1ServerOptions.DEFAULT.flushTimeout(),
            Http1ServerOptions.DEFAULT.closeTimeout(),
            true,
            "");

    /** Heads, bodies and trailers as text. */
    final StringBuilder seen = new StringBuilder();

    /** Body bytes alone. */
    final StringBuilder bodies = new StringBuilder();

    /** Requests whose end was seen. */
    int complete;

    /** {@code STATUS DETAILS} of what the codec refused. */
    final List<String> refused = new ArrayList<>();

    final UnreadChannel channel = new UnreadChannel();

    private final CodecLoop loop = new CodecLoop(new TimerWheel(channel.eventLoop()));
    private final FilterChain chain = new FilterChain(List.of(), this, 0);

    private final Http1ServerConnection connection = new Http1ServerConnection(loop, this, OPTIONS);

    Http1Server() {
        channel.pipeline().addLast(connection);
    }

    boolean isIdle() {
        return connection.isIdle();
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void receive(String bytes) {
        receive(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void receive(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    /** The same without what its loop would do afterwards. */
    void receiveOnly(String bytes) {
        channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes.getBytes(StandardCharsets.ISO_8859_1)));
        channel.pipeline().fireChannelReadComplete();
    }

    void runTasks() {
        channel.runPendingTasks();
    }

    /** What was sent since the last call. */
    String sent() {
        StringBuilder sent = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            sent.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return sent.toString();
    }

    void close() {
        channel.finishAndReleaseAll();
    }

    @Override
    public HttpStream newStream(Downstream downstream, RequestHead head) {
        return new HttpStream(downstream, head, chain, null);
    }

    @Override
    public void rejected(@Nullable RequestHead head, int status, String details) {
        refused.add(status + " " + details);
    }

    @Override
    public boolean closeAfterResponse() {
        return false;
    }

    @Override
    public void closed() {}

    @Override
    public void requestHead(HttpStream stream, RequestHead head, boolean end) {
        seen.append(head.methodText()).append(' ').append(head.targetText());
        seen.append(" [").append(head.authorityText()).append("] ").append(head.version());
        for (int i = 0; i < head.headers().count(); i++) {
            if (!head.headers().isRemoved(i)) {
                seen.append('|')
                        .append(head.headers().name(i))
                        .append('=')
                        .append(head.headers().value(i));
            }
        }
        seen.append('\n');
        end(stream, end);
    }

    @Override
    public void requestData(HttpStream stream, ByteBuf data, boolean end) {
        String text = data.toString(StandardCharsets.ISO_8859_1);
        seen.append(text);
        bodies.append(text);
        data.release();
        end(stream, end);
    }

    @Override
    public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
        seen.append("trailers ").append(trailers);
        end(stream, true);
    }

    private void end(HttpStream stream, boolean end) {
        if (end) {
            complete++;
            seen.append("\n--\n");
            ResponseHead head = loop.takeResponse();
            head.status(204);
            stream.responseHead(head, true);
            loop.giveBack(head);
        }
    }

    @Override
    public void requestFlush(HttpStream stream) {}

    @Override
    public void downstreamWritable(HttpStream stream, boolean writable) {}

    @Override
    public void streamEnd(HttpStream stream, StreamEnd end) {
        if (end == StreamEnd.REFUSED) {
            refused.add(stream.status() + " " + stream.details());
        }
    }
}
