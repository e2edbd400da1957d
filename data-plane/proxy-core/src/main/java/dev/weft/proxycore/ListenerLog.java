package dev.weft.proxycore;

import dev.weft.http.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listener's access log: a line for each of its connections when it ends, whoever served it, and for those that nobody
 * did. Counts the bytes on the wire, heads and handshakes included, as Envoy does; so it stands first in the pipeline, and
 * only where a log is configured.
 */
final class ListenerLog extends ChannelDuplexHandler implements LogSource {
    private final AccessLogger log;
    private final Worker worker;
    private final ConnectionInfo info;
    private final long startNanos = System.nanoTime();
    private long received;
    private long sent;

    ListenerLog(AccessLogger log, Worker worker, ConnectionInfo info) {
        this.worker = worker;
        this.log = log;
        this.info = info;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        received += ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        sent += ((ByteBuf) message).readableBytes();
        ctx.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive(); // those behind say first how it ended
        log.log(this, worker);
    }

    @Override
    public @Nullable String value(String operator, String argument) {
        long elapsed = System.nanoTime() - startNanos;
        return switch (operator) {
            case "START_TIME" -> HttpLogSource.TIME.format(Instant.now().minusNanos(elapsed));
            case "PROTOCOL" -> info.protocol;
            case "RESPONSE_CODE" -> "0";
            case "RESPONSE_FLAGS" -> ResponseFlag.text(info.flags);
            case "RESPONSE_CODE_DETAILS" -> info.unserved ? "filter_chain_not_found" : null;
            case "BYTES_RECEIVED" -> Long.toString(received);
            case "BYTES_SENT" -> Long.toString(sent);
            case "DURATION" -> Long.toString(TimeUnit.NANOSECONDS.toMillis(elapsed));
            case "UPSTREAM_HOST" -> info.upstream == null ? null : info.upstream.toString();
            case "DOWNSTREAM_LOCAL_ADDRESS" -> HttpLogSource.address(info.destination);
            case "REQUESTED_SERVER_NAME" -> info.serverName;
            default -> HttpLogSource.remote(operator, info);
        };
    }
}
