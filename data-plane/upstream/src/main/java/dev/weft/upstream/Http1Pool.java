package dev.weft.upstream;

import dev.weft.codec.Http1ClientConnection;
import dev.weft.codec.Http1Limits;
import dev.weft.http.UpstreamConnection;
import dev.weft.net.TimerWheel;
import dev.weft.net.TlsConnection;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 connections of one loop to one endpoint. Idle ones are used last in, first out, so that a pool larger than
 * the load shrinks by itself. A request that finds none waits for whichever comes first: a new connection or one that
 * becomes idle.
 *
 * <p>Threads: confined to the loop.
 */
final class Http1Pool implements HttpPool {
    private static final int LONGEST_IDLE_SECONDS = 3600;

    private final EndpointRuntime endpoint;
    private final UpstreamLoop loop;
    private final ArrayDeque<Pooled> idle = new ArrayDeque<>(4);
    private final Dialler dialler;

    Http1Pool(EndpointRuntime endpoint, UpstreamLoop loop) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.dialler = new Dialler(endpoint, loop, Transport.Inside.HTTP, this::opened);
    }

    @Override
    public EndpointRuntime endpoint() {
        return endpoint;
    }

    @Override
    public @Nullable UpstreamConnection takeIdle() {
        while (true) {
            Pooled pooled = idle.pollLast();
            if (pooled == null) {
                return null;
            }
            pooled.clear();
            pooled.resting = false;
            if (pooled.connection.isReusable() && !pooled.isCertificateOver()) {
                return pooled.connection;
            }
            pooled.connection.channel().close();
        }
    }

    @Override
    public void await(Waiter waiter) {
        dialler.await(waiter);
    }

    @Override
    public void cancel(Waiter waiter) {
        dialler.cancel(waiter);
    }

    private void exchangeOver(Pooled pooled) {
        if (endpoint.isRetired() || pooled.isCertificateOver()) {
            pooled.connection.channel().close();
            return;
        }
        Waiter next = dialler.next();
        if (next != null) {
            next.connectionReady(pooled.connection);
            return;
        }
        if (!pooled.connection.isReusable()) {
            throw new IllegalStateException("released connection is not at rest");
        }
        rest(pooled);
    }

    private void rest(Pooled pooled) {
        pooled.resting = true;
        idle.addLast(pooled);
        loop.timers().set(pooled, idleNanos(pooled.connection));
    }

    /** Decision 10: 3 s in plaintext, or a second less than the peer said; connections of the mesh an hour. */
    private long idleNanos(Http1ClientConnection connection) {
        long seconds = connection.keepAliveSeconds();
        if (seconds >= 0) {
            return TimeUnit.SECONDS.toNanos(Math.min(seconds, LONGEST_IDLE_SECONDS) - 1);
        }
        return TimeUnit.SECONDS.toNanos(endpoint.isTls() ? LONGEST_IDLE_SECONDS : 3);
    }

    private void opened(Channel channel, boolean counted) {
        Pooled pooled = new Pooled(counted);
        channel.pipeline().addLast(pooled.connection);
        TlsConnection tls = TlsConnection.of(channel);
        if (tls != null) {
            pooled.certificatesEndMillis = tls.certificatesEndMillis();
        }
        channel.config().setAutoRead(true);
        Waiter next = dialler.next();
        dialler.connectIfNeeded();
        if (next != null) {
            next.connectionReady(pooled.connection);
        } else if (endpoint.isRetired()) {
            channel.close();
        } else {
            rest(pooled);
        }
    }

    @Override
    public void drain() {
        for (Pooled pooled = idle.pollLast(); pooled != null; pooled = idle.pollLast()) {
            pooled.clear();
            pooled.resting = false;
            pooled.connection.channel().close();
        }
    }

    @Override
    public boolean isEmpty() {
        return dialler.isEmpty();
    }

    @Override
    public int open() {
        return dialler.open();
    }

    /** A connection and its place in the pool. */
    private final class Pooled extends TimerWheel.Timer implements Http1ClientConnection.Owner {
        private final Http1ClientConnection connection;
        private final boolean counted; // holds one of the cluster's connections
        private boolean resting;
        private long certificatesEndMillis = Long.MAX_VALUE; // decision 12: no request on it after that

        Pooled(boolean counted) {
            this.counted = counted;
            this.connection = new Http1ClientConnection(loop.codec(), Http1Limits.RESPONSE, this);
        }

        private boolean isCertificateOver() {
            return certificatesEndMillis != Long.MAX_VALUE && System.currentTimeMillis() >= certificatesEndMillis;
        }

        @Override
        public void exchangeOver(Http1ClientConnection done, boolean reusable) {
            if (reusable) {
                Http1Pool.this.exchangeOver(this);
            }
        }

        @Override
        public void connectionClosed(Http1ClientConnection closed) {
            discard();
            if (resting) {
                resting = false;
                idle.remove(this);
            }
            dialler.closed(counted);
        }

        @Override
        protected void expired() {
            if (resting) {
                idle.remove(this);
                resting = false;
                connection.channel().close();
            }
        }
    }
}
