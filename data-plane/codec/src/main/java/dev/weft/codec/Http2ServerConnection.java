package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.net.TimerWheel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.concurrent.TimeUnit;

/** A downstream HTTP/2 connection: opens a stream for each request and says goodbye in two steps. */
public final class Http2ServerConnection implements ServerConnection, Http2Connection.Side {
    private static final int ALL_STREAMS = Integer.MAX_VALUE;

    /** Between the goodbye that asks for no more streams and the one that refuses them: a round trip, generously. */
    private static final int DRAIN_SECONDS = 1;

    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] TEXT_PLAIN = Ascii.bytes("text/plain");
    private static final byte[] SERVER = Ascii.bytes("server");

    private final CodecLoop shared;
    private final HttpServer server;
    private final Http2Options options;
    private final Http2Connection connection;
    private final Goodbye goodbye = new Goodbye();
    private boolean leaving; // the first goodbye was said
    private boolean refusing; // and the second
    private int lastServed;

    public Http2ServerConnection(CodecLoop shared, HttpServer server, Http2Options options) {
        this.shared = shared;
        this.server = server;
        this.options = options;
        this.connection = new Http2Connection(shared, this, options);
    }

    /** The last handler of the connection's pipeline. */
    public ChannelHandler handler() {
        return connection;
    }

    @Override
    public Channel channel() {
        return connection.channel();
    }

    @Override
    public boolean isIdle() {
        return connection.openStreams() == 0;
    }

    @Override
    public void closeGracefully() {
        if (!leaving) {
            leaving = true;
            connection.goAway(ALL_STREAMS);
            shared.timers().set(goodbye, TimeUnit.SECONDS.toNanos(DRAIN_SECONDS));
        }
    }

    /** Before a response: a server that drains says so once. */
    void beforeResponse() {
        if (!leaving && server.closeAfterResponse()) {
            closeGracefully();
        }
    }

    // Side.

    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public int lastOwnStream() {
        return 0;
    }

    @Override
    public void settings() {}

    @Override
    public void newStream(int id, byte[] block, int start, int end, boolean endStream) {
        if (refusing) {
            connection.decodeIgnored(
                    block, start, end); // above the last id of our goodbye: the client repeats it elsewhere
            return;
        }
        RequestHead head = shared.takeRequest();
        Http2RequestParser parser = shared.http2Requests;
        parser.start(head, options);
        HpackDecoder decoder = connection.decoder();
        if (!decoder.decode(block, start, end, head.headers(), options.maxHeadBytes(), options.maxFields(), parser)) {
            shared.giveBack(head);
            connection.connectionError(Http2Code.COMPRESSION_ERROR, "http2.compression_error");
            return;
        }
        String wrong = parser.finish();
        if (connection.openStreams() >= options.maxConcurrentStreams()) {
            shared.giveBack(head);
            connection.streamError(id, Http2Code.REFUSED_STREAM, "http2.too_many_streams");
        } else if (decoder.tooLarge()) {
            server.rejected(head, 431, "http2.headers_too_large");
            refuse(id, head, 431, endStream);
        } else if (wrong != null || endStream && parser.contentLength() > 0) {
            String why = wrong != null ? wrong : "http2.content_length_mismatch";
            server.rejected(head, 400, why);
            shared.giveBack(head);
            connection.streamError(id, Http2Code.PROTOCOL_ERROR, why);
        } else {
            serve(new Http2ServerStream(this, connection, id, head, parser.isExtendedConnect()), head, endStream);
        }
    }

    private void serve(Http2ServerStream stream, RequestHead head, boolean endStream) {
        lastServed = stream.id;
        stream.announced(shared.http2Requests.contentLength());
        connection.open(stream);
        HttpStream created = server.newStream(stream, head);
        if (!server.passesContinue() && ConnectionFields.takeExpectContinue(head.headers()) && !endStream) {
            sendContinue(stream);
        }
        stream.start(created, endStream);
    }

    private void sendContinue(Http2ServerStream stream) {
        ResponseHead response = shared.takeResponse();
        response.status(100);
        stream.writeInformational(response);
        stream.flush();
        shared.giveBack(response);
    }

    /** The codec's own answer, as the HTTP/1.1 codec gives it. */
    private void refuse(int id, RequestHead head, int status, boolean endStream) {
        Http2ServerStream stream = new Http2ServerStream(this, connection, id, head, false);
        stream.remoteEnded = endStream;
        connection.open(stream);
        byte[] reason = Reasons.of(status);
        ResponseHead response = shared.takeResponse();
        response.status(status);
        response.headers().add(CONTENT_LENGTH, Ascii.bytes(Integer.toString(reason.length)));
        response.headers().add(CONTENT_TYPE, TEXT_PLAIN);
        if (!options.serverName().isEmpty()) {
            response.headers().add(SERVER, Ascii.bytes(options.serverName()));
        }
        stream.writeHead(response, false);
        stream.writeData(io.netty.buffer.Unpooled.wrappedBuffer(reason), true);
        shared.giveBack(response);
    }

    @Override
    public void peerLeaves(int lastStream, Http2Code code, byte[] debug, int start, int end) {
        // It closes when it is done; what it still sends until then, a PING perhaps, is answered.
        leaving = true;
        shared.timers().set(goodbye, TimeUnit.SECONDS.toNanos(DRAIN_SECONDS));
    }

    @Override
    public void idle() {
        if (refusing || leaving && !goodbye.isSet()) {
            connection.flushNow();
            connection.close();
        }
    }

    @Override
    public void violated(String why) {
        server.violated(why, connection.isOver());
    }

    @Override
    public void closed(String why) {
        goodbye.discard();
        server.closed();
    }

    /** The second goodbye: streams the client has begun meanwhile are served, others not. */
    private final class Goodbye extends TimerWheel.Timer {
        @Override
        protected void expired() {
            refusing = true;
            connection.goAway(lastServed);
            if (isIdle()) {
                connection.flushNow();
                connection.close();
            }
        }
    }
}
