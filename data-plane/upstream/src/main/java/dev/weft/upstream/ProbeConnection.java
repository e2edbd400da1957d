package dev.weft.upstream;

import dev.weft.codec.Http1ClientConnection;
import dev.weft.codec.Http1Limits;
import dev.weft.codec.Http2ClientConnection;
import dev.weft.codec.Http2Options;
import dev.weft.http.HttpVersion;
import dev.weft.http.UpstreamConnection;
import dev.weft.net.TlsConnection;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A connection for checks over HTTP, or the attempt at one. Carries one exchange at a time, and the next as long as both
 * sides keep it and the certificates it was made with hold.
 */
final class ProbeConnection implements ConnectListener, Http1ClientConnection.Owner, Http2ClientConnection.Owner {
    /** Hears how an attempt ended, unless it was closed meanwhile. */
    interface Listener {
        void opened(UpstreamConnection connection);

        void unreachable(String reason);
    }

    private final Destination destination;
    private final boolean http2;
    private final Listener listener;
    private @Nullable Http1ClientConnection first;
    private @Nullable Http2ClientConnection second;
    private @Nullable Channel channel;
    private boolean closed;

    ProbeConnection(Destination destination, HttpVersion version, Listener listener) {
        this.destination = destination;
        this.http2 = version == HttpVersion.HTTP_2;
        this.listener = listener;
    }

    void open() {
        Connector.connect(destination, http2 ? Transport.Inside.HTTP2 : Transport.Inside.HTTP, this);
    }

    /** The connection if it takes one more exchange, else null. */
    @Nullable
    UpstreamConnection reusable() {
        Channel made = channel;
        TlsConnection tls = made == null ? null : TlsConnection.of(made);
        if (closed || tls != null && System.currentTimeMillis() >= tls.certificatesEndMillis()) {
            return null;
        }
        if (first != null && first.isReusable()) {
            return first;
        }
        return second != null && second.room() > 0 ? second : null;
    }

    void close() {
        closed = true;
        if (second != null) {
            second.closeGracefully();
        } else if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void connected(Channel made) {
        if (closed) {
            made.close();
            return;
        }
        channel = made;
        UpstreamConnection connection;
        if (http2) {
            Http2ClientConnection client =
                    new Http2ClientConnection(destination.loop().codec(), Http2Options.UPSTREAM, this);
            made.pipeline().addLast(client.handler());
            second = client;
            connection = client;
        } else {
            Http1ClientConnection client =
                    new Http1ClientConnection(destination.loop().codec(), Http1Limits.RESPONSE, this);
            made.pipeline().addLast(client);
            first = client;
            connection = client;
        }
        made.config().setAutoRead(true);
        listener.opened(connection);
    }

    @Override
    public void connectFailed(boolean timeout, String reason) {
        if (!closed) {
            closed = true;
            listener.unreachable(reason);
        }
    }

    @Override
    public void exchangeOver(Http1ClientConnection connection, boolean reusable) {}

    @Override
    public void connectionClosed(Http1ClientConnection connection) {
        closed = true;
    }

    @Override
    public void roomChanged(Http2ClientConnection connection) {}

    @Override
    public void connectionClosed(Http2ClientConnection connection) {
        closed = true;
    }
}
