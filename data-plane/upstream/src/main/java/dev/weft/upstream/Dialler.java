package dev.weft.upstream;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of a pool, one for each that waits: how many attempts run at a time, within the cluster's limit,
 * and who hears that one has failed.
 *
 * <p>Threads: confined to the loop of its pool.
 */
final class Dialler {
    /** The pool. */
    interface Owner {
        /**
         * A new connection, which does not read yet; most likely someone waits for it, see {@link Dialler#next}.
         *
         * @param counted whether it holds one of the cluster's connections, to be given back by {@link Dialler#closed}
         */
        void opened(Channel channel, boolean counted);
    }

    /**
     * Attempts at one time. More would not be ready sooner: under load they are what the peer (or this CPU) is slow at, and
     * if each waiting request brought its own handshake, all would time out together and begin again.
     */
    private static final int MAX_CONNECTING = 8;

    private final EndpointRuntime endpoint;
    private final UpstreamLoop loop;
    private final Transport.Inside inside;
    private final Owner owner;
    private final ArrayDeque<HttpPool.Waiter> waiting = new ArrayDeque<>(4);
    private int connecting;
    private int open;
    private int failures; // attempts to connect that failed since the last that did not

    Dialler(EndpointRuntime endpoint, UpstreamLoop loop, Transport.Inside inside, Owner owner) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.inside = inside;
        this.owner = owner;
    }

    void await(HttpPool.Waiter waiter) {
        waiting.addLast(waiter);
        connectIfNeeded();
    }

    void cancel(HttpPool.Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Who has waited longest, for a connection that is at hand; null when nobody waits. */
    HttpPool.@Nullable Waiter next() {
        return waiting.pollFirst();
    }

    void connectIfNeeded() {
        if (connecting < waiting.size() && connecting < MAX_CONNECTING) {
            connect();
        }
    }

    private void connect() {
        boolean counted = endpoint.cluster().limits().connections().tryAcquire();
        if (!counted && open + connecting > 0) {
            endpoint.cluster().stats().connectionOverflow.increment(cell());
            return; // one of the open ones will serve the waiter, or make room for another when it closes
        }
        connecting++;
        Connector.connect(loop, endpoint, inside, new ConnectListener() {
            @Override
            public void connected(Channel channel) {
                connecting--;
                failures = 0;
                open++;
                endpoint.cluster().stats().activeConnections.add(cell(), 1);
                owner.opened(channel, counted);
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

    private void failOne(boolean timeout, String reason) {
        // One attempt has failed, so one waiter goes elsewhere, unless there is an attempt for each that is left.
        if (waiting.size() > connecting) {
            HttpPool.Waiter unlucky = waiting.pollFirst();
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
            HttpPool.Waiter unlucky = waiting.pollFirst();
            if (unlucky != null) {
                unlucky.connectFailed(timeout, reason);
            }
        }
    }

    /** A connection is closed: its place is free for another. */
    void closed(boolean counted) {
        open--;
        endpoint.cluster().stats().activeConnections.add(cell(), -1);
        if (counted) {
            endpoint.cluster().limits().connections().release();
        }
        connectIfNeeded();
    }

    /** Whether nothing is open, under way or waited for. */
    boolean isEmpty() {
        return open == 0 && connecting == 0 && waiting.isEmpty();
    }

    /** Connections open. */
    int open() {
        return open;
    }

    private int cell() {
        return loop.loop().cell();
    }
}
