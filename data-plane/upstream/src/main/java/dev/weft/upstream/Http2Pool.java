package dev.weft.upstream;

import dev.weft.codec.Http2ClientConnection;
import dev.weft.codec.Http2Options;
import dev.weft.http.UpstreamConnection;
import dev.weft.net.Retransmissions;
import dev.weft.net.TlsConnection;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one loop to one endpoint: one carries all exchanges as long as its peer takes them; another is
 * made when it is full, and while one is being made requests wait for it.
 *
 * <p>Threads: confined to the loop.
 */
final class Http2Pool implements HttpPool {
    private final EndpointRuntime endpoint;
    private final UpstreamLoop loop;
    private final Http2Options options;
    private final Transport.Inside inside;
    private final List<Pooled> connections = new ArrayList<>(1);
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>(4);
    private final @Nullable SharedConnections sharing; // with a proxy of ours
    private boolean connecting;

    Http2Pool(EndpointRuntime endpoint, UpstreamLoop loop) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.options = endpoint.cluster().http2Options(endpoint.isMultiplexed());
        this.sharing = endpoint.isMultiplexed() ? new SharedConnections() : null;
        this.inside = endpoint.isMultiplexed() ? Transport.Inside.MUX : Transport.Inside.HTTP2;
    }

    @Override
    public EndpointRuntime endpoint() {
        return endpoint;
    }

    @Override
    public @Nullable UpstreamConnection takeIdle() {
        // The first that has not its share: the others run empty and close.
        int share = sharing == null ? Integer.MAX_VALUE : sharing.share();
        Http2ClientConnection best = null;
        for (int i = 0; i < connections.size(); i++) {
            Pooled pooled = connections.get(i);
            boolean takes = pooled.connection.room() > 0 && !pooled.leavesWithItsCertificate();
            if (takes && (best == null || best.active() >= share && pooled.connection.active() < best.active())) {
                best = pooled.connection;
            }
        }
        if (sharing != null) {
            if (best != null
                    && best.active() >= share
                    && !connecting
                    && sharing.mayGrow(connections.size(), System.nanoTime())) {
                connect();
            }
            lookForLoss(sharing);
        }
        return best;
    }

    private void lookForLoss(SharedConnections shared) {
        if (!shared.picked()) {
            return;
        }
        long now = System.nanoTime();
        if (shared.isLookDue(now)) {
            long retransmitted = 0;
            for (Pooled pooled : connections) {
                retransmitted += Retransmissions.of(pooled.connection.channel());
            }
            shared.look(now, retransmitted);
        }
    }

    @Override
    public void await(Waiter waiter) {
        waiting.addLast(waiter);
        if (!waiter.upgrades() || takeIdle() == null) { // else it waits for a word of the connection that is there
            connectIfNeeded();
        }
    }

    @Override
    public void cancel(Waiter waiter) {
        waiting.remove(waiter);
    }

    private void connectIfNeeded() {
        if (!connecting && !waiting.isEmpty()) {
            connect();
        }
    }

    private void connect() {
        boolean counted = endpoint.cluster().limits().connections().tryAcquire();
        if (!counted && !connections.isEmpty()) {
            endpoint.cluster().stats().connectionOverflow.increment(cell());
            return; // a stream that ends will make room
        }
        connecting = true;
        Connector.connect(loop, endpoint, inside, new ConnectListener() {
            @Override
            public void connected(Channel channel) {
                connecting = false;
                attempted(true);
                opened(channel, counted);
            }

            @Override
            public void connectFailed(boolean timeout, String reason) {
                connecting = false;
                attempted(false);
                if (counted) {
                    endpoint.cluster().limits().connections().release();
                }
                failAll(timeout, reason);
            }
        });
    }

    private void attempted(boolean succeeded) {
        if (sharing != null) {
            sharing.attempted(succeeded, System.nanoTime());
        }
    }

    /** All waited for this one connection. */
    private void failAll(boolean timeout, String reason) {
        for (int n = waiting.size(); n > 0; n--) {
            Waiter waiter = waiting.pollFirst();
            if (waiter != null) {
                waiter.connectFailed(timeout, reason);
            }
        }
        connectIfNeeded();
    }

    private void opened(Channel channel, boolean counted) {
        endpoint.cluster().stats().activeConnections.add(cell(), 1);
        TlsConnection tls = TlsConnection.of(channel);
        Pooled pooled = new Pooled(counted, tls == null ? Long.MAX_VALUE : tls.certificatesEndMillis());
        connections.add(pooled);
        channel.pipeline().addLast(pooled.connection.handler());
        channel.config().setAutoRead(true);
        serve();
        if (endpoint.isRetired()) {
            pooled.connection.closeGracefully();
        }
    }

    /** Gives waiters the room there is; who needs the peer's SETTINGS for what it wants goes on waiting for them. */
    private void serve() {
        for (int n = waiting.size(); n > 0 && !waiting.isEmpty(); n--) {
            UpstreamConnection connection = takeIdle();
            if (connection == null) {
                connectIfNeeded();
                return;
            }
            Waiter next = waiting.removeFirst();
            if (next.upgrades() && !connection.isReadyToUpgrade()) {
                waiting.addLast(next);
            } else {
                next.connectionReady(connection);
            }
        }
    }

    /** Whoever waited for the word of a connection that ended without one. */
    private void failUpgrades(String reason) {
        for (int n = waiting.size(); n > 0 && !waiting.isEmpty(); n--) {
            Waiter next = waiting.removeFirst();
            if (next.upgrades()) {
                next.connectFailed(false, reason);
            } else {
                waiting.addLast(next);
            }
        }
    }

    @Override
    public void drain() {
        for (Pooled pooled : connections.toArray(new Pooled[0])) {
            pooled.connection.closeGracefully();
        }
    }

    @Override
    public boolean isEmpty() {
        return connections.isEmpty() && !connecting && waiting.isEmpty();
    }

    @Override
    public int open() {
        return connections.size();
    }

    private int cell() {
        return loop.loop().cell();
    }

    /** A connection and its place in the pool. */
    private final class Pooled implements Http2ClientConnection.Owner {
        private final Http2ClientConnection connection;
        private final boolean counted; // holds one of the cluster's connections
        private final long certificatesEndMillis;

        Pooled(boolean counted, long certificatesEndMillis) {
            this.counted = counted;
            this.certificatesEndMillis = certificatesEndMillis;
            this.connection = new Http2ClientConnection(loop.codec(), options, this);
        }

        /** Decision 12: no request on a connection whose certificate has ended; it closes after those under way. */
        private boolean leavesWithItsCertificate() {
            if (certificatesEndMillis == Long.MAX_VALUE || System.currentTimeMillis() < certificatesEndMillis) {
                return false;
            }
            // Not while the list of connections is walked: an idle one would leave it.
            loop.loop().netty().execute(connection::closeGracefully);
            return true;
        }

        @Override
        public void roomChanged(Http2ClientConnection changed) {
            if (!waiting.isEmpty()) {
                serve();
            }
            if (endpoint.isRetired()) {
                connection.closeGracefully();
            }
        }

        @Override
        public void connectionClosed(Http2ClientConnection closed) {
            connections.remove(this);
            endpoint.cluster().stats().activeConnections.add(cell(), -1);
            if (counted) {
                endpoint.cluster().limits().connections().release();
            }
            if (!closed.isHeard()) {
                failUpgrades(Objects.requireNonNullElse(closed.why(), "closed"));
            }
            connectIfNeeded();
        }
    }
}
