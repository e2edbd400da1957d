package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import io.netty.buffer.ByteBuf;
import java.util.Objects;

/** The end of every chain: sends the request where its route says. Stateless; the state is the {@link Exchange}. */
final class Router implements TerminalFilter {
    static final Router INSTANCE = new Router();

    private Router() {}

    private static Exchange exchange(HttpStream stream) {
        return (Exchange) Objects.requireNonNull(stream.context());
    }

    @Override
    public void requestHead(HttpStream stream, RequestHead head, boolean end) {
        Exchange exchange = exchange(stream);
        exchange.connection.manager().route(exchange, stream, head);
    }

    @Override
    public void requestData(HttpStream stream, ByteBuf data, boolean end) {
        exchange(stream).requestData(data, end);
    }

    @Override
    public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
        exchange(stream).requestTrailers(trailers);
    }

    @Override
    public void requestFlush(HttpStream stream) {
        exchange(stream).requestFlush();
    }

    @Override
    public void downstreamWritable(HttpStream stream, boolean writable) {
        exchange(stream).downstreamWritable(writable);
    }

    @Override
    public void streamEnd(HttpStream stream, StreamEnd end) {
        Exchange exchange = exchange(stream);
        exchange.over(end);
        exchange.connection.streamOver(exchange, stream, end);
    }
}
