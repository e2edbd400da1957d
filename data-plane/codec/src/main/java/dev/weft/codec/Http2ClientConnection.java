package dev.weft.codec;

import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.RequestHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An upstream HTTP/2 connection: carries many exchanges at a time, as many as the peer takes. It stays in its pool until it
 * is closed or the peer says goodbye.
 */
public final class Http2ClientConnection implements UpstreamConnection, Http2Connection.Side {
    /** The last id a client may use; after it the connection is used up (RFC 9113 §5.1.1). */
    private static final int LAST_ID = Integer.MAX_VALUE - 2;

    /** Streams begun before the peer has said how many it takes: no peer should take fewer (RFC 9113 §6.5.2). */
    private static final int BEFORE_SETTINGS = 100;

    /** Of what a peer says in its goodbye: enough for a log. */
    private static final int MAX_DEBUG = 100;

    /** The pool that keeps the connection. */
    public interface Owner {
        /** There is room for more exchanges, or for fewer: {@link Http2ClientConnection#room} has changed. */
        void roomChanged(Http2ClientConnection connection);

        /** The connection is closed, in whatever state; called once. */
        void connectionClosed(Http2ClientConnection connection);
    }

    private final Owner owner;
    private final Http2Options options;
    private final Http2Connection connection;
    private int lastId = -1;
    private boolean leaving;
    private boolean closed;
    private @Nullable String why; // it takes no more exchanges

    public Http2ClientConnection(CodecLoop shared, Http2Options options, Owner owner) {
        this.owner = owner;
        this.options = options;
        this.connection = new Http2Connection(shared, this, options);
    }

    /** The last handler of the connection's pipeline. */
    public ChannelHandler handler() {
        return connection;
    }

    public Channel channel() {
        return connection.channel();
    }

    /** Exchanges under way. */
    public int active() {
        return connection.openStreams();
    }

    /** How many more exchanges may begin now; 0 once either side is leaving. */
    public int room() {
        if (closed || leaving || connection.isOver() || lastId >= LAST_ID) {
            return 0;
        }
        int theirs = connection.peer().isHeard() ? connection.peer().maxConcurrentStreams() : BEFORE_SETTINGS;
        int most = Math.min(options.maxConcurrentStreams(), theirs);
        return Math.max(0, most - connection.openStreams());
    }

    @Override
    public SocketAddress localAddress() {
        return channel().localAddress();
    }

    @Override
    public boolean isFresh() {
        return lastId < 0;
    }

    /** A proxy of ours takes them without saying so. */
    @Override
    public boolean isReadyToUpgrade() {
        return options.mux() != Mux.OFF || connection.peer().isHeard();
    }

    @Override
    public Upstream start(UpstreamListener listener, RequestHead head, boolean end, boolean upgrade) {
        if (room() == 0) {
            throw new IllegalStateException("connection takes no more streams");
        }
        lastId = lastId < 0 ? 1 : lastId + 2;
        boolean extended = upgrade && head.method() != HttpMethod.CONNECT; // which is said as it is
        Http2ClientStream stream = new Http2ClientStream(this, connection, lastId, listener, head, extended);
        connection.open(stream);
        if (extended && options.mux() == Mux.OFF && !connection.peer().takesConnectProtocol()) {
            // Nothing is sent of it. Not from within this call: the caller has no stream yet to hear of its end.
            channel().eventLoop().execute(() -> stream.refused("http2.peer_takes_no_upgrades"));
            return stream;
        }
        stream.tagged = arrivesAsHttp1(head);
        CodecLoop shared = connection.shared();
        Http2HeadWriter.request(
                connection.encoder(),
                shared.headerBlock,
                head,
                connection.isTls(),
                extended,
                stream.tagged ? shared.muxTag : null);
        connection.writeHead(stream, end);
        return stream;
    }

    private boolean arrivesAsHttp1(RequestHead head) {
        return switch (options.mux()) {
            case OFF, HTTP2 -> false;
            case HTTP1 -> true;
            case AS_RECEIVED -> head.version() != HttpVersion.HTTP_2;
        };
    }

    /** Takes no more exchanges and closes after those under way. */
    public void closeGracefully() {
        leaving = true;
        if (connection.openStreams() == 0) {
            connection.close();
        }
    }

    /** Closes at once; exchanges under way are lost. */
    public void close(String reason) {
        leaving = true;
        connection.cut(reason);
    }

    /** Whether the peer's SETTINGS have come: it speaks HTTP/2. */
    public boolean isHeard() {
        return connection.peer().isHeard();
    }

    /** Why the connection takes no more exchanges: the peer's goodbye, how it broke the protocol, its silence; else null. */
    public @Nullable String why() {
        return why;
    }

    void streamOver() {
        if (!closed) {
            owner.roomChanged(this);
        }
    }

    // Side.

    @Override
    public boolean isServer() {
        return false;
    }

    @Override
    public int lastOwnStream() {
        return Math.max(0, lastId);
    }

    @Override
    public void settings() {
        owner.roomChanged(this);
    }

    @Override
    public void newStream(int id, byte[] block, int start, int end, boolean endStream) {
        throw new IllegalStateException("a server opens no streams: push is off");
    }

    @Override
    public void peerLeaves(int lastStream, Http2Code code, byte[] debug, int start, int end) {
        leaving = true;
        why = "GOAWAY " + code + readable(debug, start, Math.min(end, start + MAX_DEBUG));
        owner.roomChanged(this);
        // RFC 9113 §6.8: streams above the last were not and will not be processed.
        connection.abortAbove(lastStream);
        if (connection.openStreams() == 0) {
            connection.close();
        }
    }

    private static String readable(byte[] bytes, int start, int end) {
        StringBuilder text = new StringBuilder();
        for (int i = start; i < end; i++) {
            text.append(bytes[i] >= ' ' && bytes[i] < 127 ? (char) bytes[i] : '?');
        }
        return text.isEmpty() ? "" : " (" + text + ")";
    }

    @Override
    public void idle() {
        if (leaving) {
            connection.close();
        }
    }

    @Override
    public void violated(String why) {}

    @Override
    public void closed(String reason) {
        closed = true;
        if (why == null) {
            why = reason;
        }
        owner.connectionClosed(this);
    }
}
