package dev.weft.xdsclient;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link Http2Connection} over Netty's frame codec. Frames are handled here directly; the multiplex handler would make a
 * channel of every stream, which three streams do not need.
 */
final class NettyHttp2Connection extends Http2ChannelDuplexHandler implements Http2Connection {
    /** A silent peer is probed after this time and given up after as long again: dead in at most 15 s. */
    static final Duration KEEPALIVE = Duration.ofSeconds(7);

    private static final int STREAM_WINDOW = 1 << 20; // a state-of-the-world answer of a large mesh is megabytes
    private static final int CONNECTION_WINDOW = 4 << 20;
    private static final int MAX_HEADER_LIST = 16 << 10;

    private final Http2Connection.Events events;
    private final long keepaliveNanos;
    private final Map<Http2FrameStream, NettyStream> streams = new HashMap<>();
    private @Nullable ChannelHandlerContext context;
    private boolean ready;
    private boolean closed;
    private boolean heard; // something came since the last look
    private boolean probed; // a PING is unanswered
    private String reason = "connection closed";

    private NettyHttp2Connection(Http2Connection.Events events, Duration keepalive) {
        this.events = events;
        this.keepaliveNanos = keepalive.toNanos();
    }

    /** Adds codec and handler to a connected channel's pipeline (after TLS, if any). */
    static NettyHttp2Connection install(Channel channel, Http2Connection.Events events, Duration keepalive) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forClient()
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(MAX_HEADER_LIST))
                .validateHeaders(true)
                .gracefulShutdownTimeoutMillis(0)
                .build();
        NettyHttp2Connection handler = new NettyHttp2Connection(events, keepalive);
        channel.pipeline().addLast(codec, handler);
        return handler;
    }

    @Override
    protected void handlerAdded0(ChannelHandlerContext ctx) {
        context = ctx;
        if (ctx.channel().isActive()) {
            start(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        start(ctx);
        ctx.fireChannelActive();
    }

    private void start(ChannelHandlerContext ctx) {
        ctx.executor().schedule(() -> keepalive(ctx), keepaliveNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        heard = true;
        try {
            switch (message) {
                case Http2HeadersFrame frame -> {
                    NettyStream stream = stream(frame.stream(), frame.isEndStream());
                    if (stream != null) {
                        stream.events.headers(plain(frame.headers()), frame.isEndStream());
                    }
                }
                case Http2DataFrame frame -> data(ctx, frame);
                case Http2ResetFrame frame -> {
                    NettyStream stream = streams.remove(frame.stream());
                    if (stream != null) {
                        stream.events.broken("stream reset by the peer (" + name(frame.errorCode()) + ")");
                    }
                }
                case Http2GoAwayFrame frame -> goAway(frame);
                case Http2PingFrame frame -> probed &= !frame.ack();
                case Http2SettingsFrame frame -> {
                    if (!ready) {
                        ready = true;
                        // Without a stream: the connection's window, which SETTINGS cannot set (RFC 9113 §6.9.2).
                        ctx.writeAndFlush(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW));
                        events.ready(this);
                    }
                }
                default -> {}
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) {
        Http2FrameStream id = frame.stream();
        NettyStream stream = stream(id, frame.isEndStream());
        if (stream != null) {
            stream.events.data(frame.content(), frame.isEndStream());
        }
        if (id != null && !closed) {
            ctx.write(new DefaultHttp2WindowUpdateFrame(frame.initialFlowControlledBytes()).stream(id));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        ctx.fireChannelReadComplete();
    }

    private @Nullable NettyStream stream(@Nullable Http2FrameStream id, boolean last) {
        NettyStream stream = id == null ? null : streams.get(id);
        if (stream != null && last) {
            streams.remove(id);
            stream.peerEnded();
        }
        return stream;
    }

    private void goAway(Http2GoAwayFrame frame) {
        String text = frame.content().toString(StandardCharsets.UTF_8);
        reason = "the peer closes the connection (" + name(frame.errorCode()) + (text.isEmpty() ? "" : ", " + text)
                + ")";
        List<NettyStream> refused = new ArrayList<>();
        streams.forEach((id, stream) -> {
            if (id.id() > frame.lastStreamId()) {
                refused.add(stream);
            }
        });
        for (NettyStream stream : refused) {
            streams.remove(stream.id);
            stream.events.broken(reason);
        }
        events.goingAway(reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2FrameStreamException broken) {
            NettyStream stream = streams.remove(broken.stream());
            if (stream != null) {
                stream.events.broken("stream error: " + cause.getMessage());
            }
            return;
        }
        close(GrpcTarget.describe(cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
        ctx.fireChannelInactive();
    }

    private void finish() {
        if (closed) {
            return;
        }
        closed = true;
        List<NettyStream> open = List.copyOf(streams.values());
        streams.clear();
        for (NettyStream stream : open) {
            stream.events.broken(reason);
        }
        events.closed(reason);
    }

    private void keepalive(ChannelHandlerContext ctx) {
        if (closed) {
            return;
        }
        if (!heard && (probed || !ready)) {
            close("no answer from the peer for " + 2 * TimeUnit.NANOSECONDS.toMillis(keepaliveNanos) + " ms");
            return;
        }
        if (!heard) {
            probed = true;
            ctx.writeAndFlush(new DefaultHttp2PingFrame(0x77656674));
        }
        heard = false;
        ctx.executor().schedule(() -> keepalive(ctx), keepaliveNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public Stream open(Map<String, String> headers, StreamEvents streamEvents) {
        ChannelHandlerContext ctx = java.util.Objects.requireNonNull(context);
        Http2FrameStream id = newStream();
        NettyStream stream = new NettyStream(ctx, id, streamEvents);
        streams.put(id, stream);
        Http2Headers block = new DefaultHttp2Headers();
        headers.forEach(block::add);
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(block, false).stream(id)).addListener(done -> {
            if (!done.isSuccess()) {
                // Later: a write may fail before this call returns the stream.
                ctx.executor().execute(() -> stream.fail(GrpcTarget.describe(done.cause())));
            }
        });
        return stream;
    }

    @Override
    public void close(String why) {
        reason = why;
        if (context != null) {
            context.close();
        }
    }

    private static Map<String, String> plain(Http2Headers headers) {
        Map<String, String> map = new LinkedHashMap<>();
        headers.forEach(
                entry -> map.put(entry.getKey().toString(), entry.getValue().toString()));
        return map;
    }

    private static String name(long code) {
        Http2Error error = Http2Error.valueOf(code);
        return error == null ? "error " + code : error.name();
    }

    private final class NettyStream implements Stream {
        private final ChannelHandlerContext ctx;
        private final Http2FrameStream id;
        private final StreamEvents events;
        private boolean ended; // our side

        NettyStream(ChannelHandlerContext ctx, Http2FrameStream id, StreamEvents events) {
            this.ctx = ctx;
            this.id = id;
            this.events = events;
        }

        @Override
        public void write(ByteBuf data, boolean end) {
            ended |= end;
            ctx.writeAndFlush(new DefaultHttp2DataFrame(data, end).stream(id)).addListener(done -> {
                if (!done.isSuccess()) {
                    ctx.executor().execute(() -> fail(GrpcTarget.describe(done.cause())));
                }
            });
        }

        void fail(String why) {
            if (streams.remove(id) != null) {
                events.broken(why);
            }
        }

        /** The answer is complete; what we may still have to say is of no use. */
        void peerEnded() {
            if (!ended) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR).stream(id));
            }
        }

        @Override
        public void cancel() {
            if (streams.remove(id) != null && !closed) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(id));
            }
        }
    }
}
