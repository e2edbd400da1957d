package dev.weft.upstream;

import dev.weft.http.BodyQueue;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.http.UpstreamListener.Failure;
import dev.weft.net.HalfClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A raw TCP connection as the other half of a CONNECT that ends here, the last handler of its pipeline: answers the request
 * with 200 by itself, then passes the bytes of both bodies on. The client's end is passed on as a half-close, after which
 * the endpoint may still talk; the endpoint's end is the end of the tunnel (as Envoy's {@code TcpUpstream}). A tunnel that
 * is given up is reset (RFC 9113 §8.5).
 *
 * <p>Confined to its loop. States: connected → {@link #start} → answered → (request ended) → over.
 */
final class TcpUpstream extends ChannelInboundHandlerAdapter implements UpstreamConnection, Upstream {
    private static final int HEAD_CAPACITY = 256;

    private final Channel channel;
    private @Nullable UpstreamListener listener; // from the start until the tunnel is over
    private boolean answered;
    private boolean requestEnded;
    private boolean paused; // the listener takes no more
    private boolean blocked; // written bytes pile up above the high watermark
    private final BodyQueue kept = new BodyQueue(); // what came nevertheless
    private boolean endKept;
    private boolean delivered; // something was given to the listener in this read

    /** @param channel connected, not reading yet */
    TcpUpstream(Channel channel) {
        this.channel = channel;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    public boolean isFresh() {
        return true;
    }

    @Override
    public SocketAddress localAddress() {
        return channel.localAddress();
    }

    @Override
    public Upstream start(UpstreamListener who, RequestHead head, boolean end, boolean upgrade) {
        listener = who;
        if (end) {
            endRequest();
        }
        channel.eventLoop().execute(this::answer); // not from within this call: the listener has no Upstream yet
        return this;
    }

    /** The endpoint was reached: that is all a CONNECT asks for. */
    private void answer() {
        UpstreamListener current = listener;
        if (answered || current == null) {
            return;
        }
        answered = true;
        ResponseHead head = new ResponseHead(HEAD_CAPACITY); // not of the loop's: a tunnel lasts
        head.status(200);
        current.responseHead(head, false);
        current.responseFlush();
        channel.config().setAutoRead(!paused && listener != null);
    }

    // Upstream.

    @Override
    public void writeData(ByteBuf data, boolean end) {
        if (requestEnded || !channel.isActive()) {
            data.release();
            return;
        }
        if (blocked) {
            kept.add(data);
            endKept |= end;
            return;
        }
        channel.write(data, channel.voidPromise());
        if (end) {
            endRequest();
        } else {
            checkWritable();
        }
    }

    private void writeKept() {
        for (ByteBuf data = kept.poll(); data != null; data = kept.poll()) {
            channel.write(data, channel.voidPromise());
        }
        channel.flush();
        if (endKept) {
            endRequest();
        }
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
        endRequest(); // RFC 9113 §8.5: a tunnel has none to pass on
    }

    private void endRequest() {
        if (!kept.isEmpty()) {
            endKept = true; // behind what waits
        } else if (!requestEnded) {
            requestEnded = true;
            HalfClose.output(channel);
        }
    }

    @Override
    public void flush() {
        if (!requestEnded) {
            channel.flush();
            checkWritable();
        }
    }

    private void checkWritable() {
        if (!blocked && !channel.isWritable()) {
            channel.flush();
            UpstreamListener current = listener;
            if (!channel.isWritable() && current != null) {
                blocked = true;
                current.upstreamWritable(false);
            }
        }
    }

    @Override
    public void readEnabled(boolean enabled) {
        paused = !enabled;
        if (answered) {
            channel.config().setAutoRead(enabled);
        }
    }

    @Override
    public void cancel() {
        listener = null;
        if (endKept) {
            writeKept();
        }
        if (requestEnded) {
            closeInOrder(); // it was given up after its client had said all
            return;
        }
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    private void closeInOrder() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    // Netty's events.

    /** Who takes what has come; the end of the peer brings that even before reading was switched on. */
    private @Nullable UpstreamListener listener() {
        answer();
        return listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        UpstreamListener current = listener();
        if (current == null) {
            ((ByteBuf) message).release();
            return;
        }
        delivered = true;
        current.responseData((ByteBuf) message, false);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        UpstreamListener current = listener;
        if (delivered && current != null) {
            current.responseFlush();
        }
        delivered = false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (blocked && channel.isWritable()) {
            writeKept();
        }
        UpstreamListener current = listener;
        if (blocked && channel.isWritable()) {
            blocked = false;
            if (current != null) {
                current.upstreamWritable(true);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // With TLS the end is a close_notify; between sidecars it is a FIN alone, when the other direction goes on.
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            endpointEnded();
        }
    }

    private void endpointEnded() {
        UpstreamListener current = listener();
        if (current == null) {
            return;
        }
        listener = null;
        current.responseData(Unpooled.EMPTY_BUFFER, true);
        if (endKept) {
            writeKept();
        }
        if (requestEnded) {
            closeInOrder();
        } else {
            channel.close(); // what the client still had to say has nowhere to go
        }
        current.done();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a reset, a failure of TLS: channelInactive does the rest
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        kept.release();
        UpstreamListener current = listener;
        listener = null;
        if (current != null) {
            current.failed(Failure.CONNECTION_LOST, "connection_termination");
        }
    }
}
