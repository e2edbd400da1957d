package dev.weft.upstream;

import dev.weft.balance.HealthCheckState.Result;
import dev.weft.xdsmodel.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects (and makes TLS, where the endpoint wants it); where bytes are expected, also says its own and waits for those.
 * What comes may have anything before and between the expected pieces; so there is no wrong answer, only one that does not
 * come in time.
 */
final class TcpProbe implements Probe {
    /** Of what has come, this much is looked through: more is no answer to a check. */
    private static final int MOST = 64 * 1024;

    private final Destination destination;
    private final boolean reuse;
    private final byte[] send;
    private final List<byte[]> receive = new ArrayList<>();
    private @Nullable Listener listener; // while something is under way
    private @Nullable Attempt attempt; // the connection made last

    TcpProbe(Destination destination, HealthCheck.Tcp check, boolean reuse) {
        this.destination = destination;
        this.reuse = reuse;
        this.send = HexFormat.of().parseHex(check.send());
        check.receive().forEach(piece -> receive.add(HexFormat.of().parseHex(piece)));
    }

    @Override
    public void ask(Listener who) {
        listener = who;
        Attempt current = attempt;
        if (current != null && current.isOpen()) {
            current.send();
            return;
        }
        Attempt fresh = new Attempt();
        attempt = fresh;
        Connector.connect(destination, Transport.Inside.TCP, fresh);
    }

    @Override
    public void cancel() {
        listener = null;
        drop();
    }

    private void drop() {
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            current.close();
        }
    }

    private void found(Result result, String reason) {
        Listener who = listener;
        listener = null;
        if (!result.equals(Result.PASSED) || receive.isEmpty() || !reuse) {
            drop();
        }
        if (who != null) {
            who.found(result, reason);
        }
    }

    /** One connection, or the attempt at it; of no more interest once another has taken its place. */
    private final class Attempt extends ChannelInboundHandlerAdapter implements ConnectListener {
        private final ByteBuf received = Unpooled.buffer(64);
        private @Nullable Channel channel;

        boolean isOpen() {
            return channel != null && channel.isActive();
        }

        void close() {
            if (channel != null) {
                channel.close();
            }
        }

        @Override
        public void connected(Channel made) {
            channel = made;
            if (attempt != this) {
                made.close();
            } else if (receive.isEmpty()) {
                found(Result.PASSED, "connected");
            } else {
                made.pipeline().addLast(this);
                made.config().setAutoRead(true);
                send();
            }
        }

        @Override
        public void connectFailed(boolean timeout, String reason) {
            if (attempt == this) {
                found(Result.NETWORK, reason);
            }
        }

        void send() {
            received.clear();
            if (channel != null && send.length > 0) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(send));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            received.writeBytes(bytes, Math.min(bytes.readableBytes(), MOST - received.readableBytes()));
            bytes.release();
            if (attempt == this && isAnswered()) {
                received.clear();
                found(Result.PASSED, "answered");
            }
        }

        private boolean isAnswered() {
            ByteBuf rest = received.slice();
            for (byte[] piece : receive) {
                int at = io.netty.buffer.ByteBufUtil.indexOf(Unpooled.wrappedBuffer(piece), rest);
                if (at < 0) {
                    return false;
                }
                rest = rest.slice(at + piece.length, rest.readableBytes() - at - piece.length);
            }
            return true;
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (attempt == this) {
                attempt = null;
                if (listener != null) {
                    found(Result.NETWORK, "connection_termination");
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
