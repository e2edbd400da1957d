package dev.weft.net;

import dev.weft.base.SpiffeId;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.Secret;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one cluster or filter chain. It follows its secrets: once {@link TlsContexts#secrets} has returned, new
 * connections use the new ones; open connections keep what they were made with.
 *
 * <p>Threads: made, updated and closed by the control thread; handlers are made on any loop.
 */
public final class TlsContext implements AutoCloseable {
    // R14, R41: absolute, from the first byte expected to the last of the handshake
    private static final long HANDSHAKE_TIMEOUT_MILLIS = 10_000;

    private final TlsContexts owner;
    private final CommonTls common;
    private final boolean client;
    private final boolean requireClientCertificate;
    private final String sni;
    private final boolean autoHostSni;
    private final boolean checkSni;
    private volatile State state = State.WAITING;

    /** What new connections use; swapped as a whole. */
    private record State(@Nullable SharedTls shared, SanMatchers names) {
        static final State WAITING = new State(null, SanMatchers.ANY);
    }

    TlsContext(
            TlsContexts owner,
            CommonTls common,
            boolean client,
            boolean requireClientCertificate,
            String sni,
            boolean autoHostSni,
            boolean checkSni) {
        this.owner = owner;
        this.common = common;
        this.client = client;
        this.requireClientCertificate = requireClientCertificate;
        this.sni = sni;
        this.autoHostSni = autoHostSni;
        this.checkSni = checkSni;
    }

    /** Whether all secrets have come. Until then no connection can be made or accepted. */
    public boolean ready() {
        return state.shared() != null;
    }

    /** A handler for an accepted connection, or null while not {@link #ready}. */
    public @Nullable SslHandler newServerHandler(Channel channel) {
        return newHandler(channel, null, null);
    }

    /**
     * A handler for a connection to an endpoint, or null while not {@link #ready}.
     *
     * @param expected the identity this endpoint must have, besides what the cluster's configuration says; null = no more
     * @param hostname the endpoint's host name, for {@code auto_host_sni}; null = none
     */
    public @Nullable SslHandler newClientHandler(
            Channel channel, @Nullable SpiffeId expected, @Nullable String hostname) {
        return newHandler(channel, expected, hostname);
    }

    private @Nullable SslHandler newHandler(Channel channel, @Nullable SpiffeId expected, @Nullable String hostname) {
        while (true) {
            State now = state;
            SharedTls shared = now.shared();
            if (shared == null) {
                return null;
            }
            if (!shared.tryRetain()) {
                continue; // just replaced; the next one is there already
            }
            try {
                String name = autoHostSni && hostname != null ? hostname : sni;
                String required = checkSni && !name.isEmpty() ? name : null;
                SslHandler handler = shared.newHandler(channel.alloc(), now.names(), name, expected, required);
                handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
                return handler;
            } finally {
                owner.release(shared);
            }
        }
    }

    /** Control thread: takes the secrets as they are now. On an exception everything stays as it was. */
    void update(Map<String, Secret> secrets) throws TlsConfigException {
        SharedTls before = state.shared();
        SharedTls next = owner.acquire(common, client, requireClientCertificate, secrets);
        if (next == null && before != null) {
            return; // a secret went away: the last good one serves on
        }
        state = new State(next, TlsMaterial.names(common, secrets));
        if (before != null) {
            owner.release(before);
        }
    }

    /** No new connections; open ones live on. Control thread. */
    @Override
    public void close() {
        SharedTls shared = state.shared();
        state = State.WAITING;
        owner.forget(this);
        if (shared != null) {
            owner.release(shared);
        }
    }
}
