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
    /**
     * Attempts at one time. More would not be ready sooner: under load they are what the peer (or this CPU) is slow at, and
     * if each waiting request brought its own handshake, all would time out together and begin again.
     */
    private static final int MAX_CONNECTING = 8;

    private static final int LONGEST_IDLE_SECONDS = 3600;

    private final EndpointRuntime endpoint;
    private final UpstreamLoop loop;
    private final ArrayDeque<Pooled> idle = new ArrayDeque<>(4);
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>(4);
    private int connecting;
    private int open;
    private int failures; // attempts to connect that failed since the last that did not

    Http1Pool(EndpointRuntime endpoint, UpstreamLoop loop) {
        this.endpoint = endpoint;
        this.loop = loop;
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
        waiting.addLast(waiter);
        connectIfNeeded();
    }

    @Override
    public void cancel(Waiter waiter) {
        waiting.remove(waiter);
    }

    private void exchangeOver(Pooled pooled) {
        if (endpoint.isRetired() || pooled.isCertificateOver()) {
            pooled.connection.channel().close();
            return;
        }
        Waiter next = waiting.pollFirst();
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

    private void connectIfNeeded() {
        if (connecting < waiting.size() && connecting < MAX_CONNECTING) {
            connect();
        }
    }

    private void connect() {
        boolean counted = endpoint.cluster().limits().connections().tryAcquire();
        if (!counted && open + connecting > 0) {
            endpoint.cluster().stats().connectionOverflow.increment(cell());
            return; // one of the open ones will serve the waiter
        }
        connecting++;
        Connector.connect(loop, endpoint, Transport.Inside.HTTP, new ConnectListener() {
            @Override
            public void connected(Channel channel) {
                connecting--;
                failures = 0;
                opened(channel, counted);
            }

            @Override
            public void connectFailed(boolean timeout, String reason) {
                connecting--;
                failures++;
                if (counted) {
                    endpoint.cluster().limits().connections().release();
                }
                if (open == 0 && failures >= MAX_CONNECTING) {
                    failAll(timeout, reason);
                } else {
                    failOne(timeout, reason);
                }
                connectIfNeeded();
            }
        });
    }

    private void opened(Channel channel, boolean counted) {
        open++;
        endpoint.cluster().stats().activeConnections.add(cell(), 1);
        Pooled pooled = new Pooled(counted);
        channel.pipeline().addLast(pooled.connection);
        TlsConnection tls = TlsConnection.of(channel);
        if (tls != null) {
            pooled.certificatesEndMillis = tls.certificatesEndMillis();
        }
        channel.config().setAutoRead(true);
        Waiter next = waiting.pollFirst();
        connectIfNeeded();
        if (next != null) {
            next.connectionReady(pooled.connection);
        } else if (endpoint.isRetired()) {
            channel.close();
        } else {
            rest(pooled);
        }
    }

    private void failOne(boolean timeout, String reason) {
        // One attempt has failed, so one waiter goes elsewhere, unless there is an attempt for each that is left.
        if (waiting.size() > connecting) {
            Waiter unlucky = waiting.pollFirst();
            if (unlucky != null) {
                unlucky.connectFailed(timeout, reason);
            }
        }
    }

    /**
     * Nobody waits for an endpoint that has no connection and refuses every attempt: when attempts time out, waiting one's
     * turn at a few per second would take longer than any request may. Envoy sends all away at the first failure.
     */
    private void failAll(boolean timeout, String reason) {
        for (int i = waiting.size(); i > 0; i--) {
            Waiter unlucky = waiting.pollFirst();
            if (unlucky != null) {
                unlucky.connectFailed(timeout, reason);
            }
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
        return open == 0 && connecting == 0 && waiting.isEmpty();
    }

    @Override
    public int open() {
        return open;
    }

    private int cell() {
        return loop.loop().cell();
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
            open--;
            endpoint.cluster().stats().activeConnections.add(cell(), -1);
            if (counted) {
                endpoint.cluster().limits().connections().release();
            }
            if (resting) {
                resting = false;
                clear();
                idle.remove(this);
            }
            connectIfNeeded();
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
