package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import dev.weft.net.HalfClose;
import dev.weft.net.PeerSilence;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/** The writing half of an upstream HTTP/1 connection: the {@link Upstream} of its exchanges, one after the other. */
final class Http1RequestWriter implements Upstream {
    /** Room left behind a head for the beginning of its body. */
    private static final int BODY_ROOM = 2048;

    /** A body beyond this may have to wait for its reader: then silence says nothing of the peer. */
    private static final int MAY_WAIT = 64 * 1024;

    private final Http1ClientConnection connection;
    private final Channel channel;
    private final CodecLoop shared;
    private final OutBuffer out;
    private boolean chunked; // this request
    private boolean tunnel; // this request, if the peer agrees
    private boolean bodiless; // this request
    private int bodyBytes; // of this request, up to MAY_WAIT
    private boolean silenceAllowed;
    private boolean ended = true;
    private boolean blocked; // written bytes pile up above the high watermark

    Http1RequestWriter(Http1ClientConnection connection, ChannelHandlerContext ctx, CodecLoop shared) {
        this.connection = connection;
        this.channel = ctx.channel();
        this.shared = shared;
        this.out = new OutBuffer(ctx);
    }

    void writeHead(RequestHead request, boolean end, boolean upgrade) {
        ended = end;
        bodiless = end;
        bodyBytes = 0;
        tunnel = upgrade;
        chunked = !end && !upgrade && !request.headers().has(KnownHeader.CONTENT_LENGTH);
        shared.writer.request(request, chunked, upgrade);
        out.head(shared.writer, end ? 0 : BODY_ROOM);
        if (end) {
            out.flush();
        }
    }

    @Override
    public void writeData(ByteBuf data, boolean end) {
        if (connection.isClosed()) {
            data.release();
            return;
        }
        count(data.readableBytes());
        out.data(data, chunked);
        if (end) {
            ended = true;
            if (chunked) {
                out.lastChunk();
            }
            end();
        } else {
            checkWritable();
        }
    }

    private void count(int n) {
        if (!silenceAllowed && (bodyBytes += n) > MAY_WAIT) {
            silenceAllowed = true;
            PeerSilence.allow(channel);
        }
    }

    @Override
    public void writeTrailers(HeaderBlock trailers) {
        if (connection.isClosed()) {
            return;
        }
        ended = true;
        if (chunked) {
            out.trailers(shared.writer, trailers);
        }
        end();
    }

    private void end() {
        out.flush();
        if (tunnel) {
            HalfClose.output(channel);
        } else {
            checkWritable();
        }
    }

    @Override
    public void flush() {
        if (!connection.isClosed() && !isTunnelEnded()) {
            out.flush();
            checkWritable();
        }
    }

    private void checkWritable() {
        if (!blocked && !channel.isWritable()) {
            // Not told by Netty's event, which comes before the flush that usually makes room again.
            out.flush();
            UpstreamListener listener = connection.listener();
            if (!channel.isWritable() && listener != null) {
                blocked = true;
                listener.upstreamWritable(false);
            }
        }
    }

    /** Netty's event: below the low watermark, or above the high one. */
    void writabilityChanged() {
        if (blocked && channel.isWritable()) {
            blocked = false;
            UpstreamListener listener = connection.listener();
            if (listener != null) {
                listener.upstreamWritable(true);
            }
        }
    }

    @Override
    public void readEnabled(boolean enabled) {
        connection.readEnabled(enabled);
    }

    @Override
    public void cancel() {
        connection.cancel();
    }

    /** Whether the request has been written to its end. */
    boolean isEnded() {
        return ended;
    }

    /** Whether the request is for a tunnel. */
    boolean isTunnel() {
        return tunnel;
    }

    /** Whether the request has nothing behind its head. */
    boolean isBodiless() {
        return bodiless;
    }

    /** Whether it was a tunnel's direction that has ended, of which all was given to the channel. */
    boolean isTunnelEnded() {
        return tunnel && ended;
    }

    /** Whether nothing is left to be sent. */
    boolean isAtRest() {
        return !blocked && out.isEmpty();
    }

    /** Drops what was not given to the channel yet. */
    void release() {
        out.release();
    }
}
