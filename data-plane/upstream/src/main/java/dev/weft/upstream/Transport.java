package dev.weft.upstream;

import dev.weft.xdsmodel.TransportSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** A transport socket of a cluster, ready for use. Two are equal when their configuration is. */
interface Transport {
    /** What is inside the connection; between proxies ALPN says so. */
    enum Inside {
        HTTP,
        HTTP2,
        MUX,
        TCP
    }

    TransportSocket config();

    boolean isTls();

    /** Whether it speaks the mesh's own application protocols. */
    default boolean isMesh() {
        return false;
    }

    /**
     * The handler that encrypts a connection to an endpoint; null when none is needed. Throws when one is needed but
     * cannot be made yet (no certificate so far).
     */
    @Nullable
    ChannelHandler newHandler(Channel channel, EndpointRuntime endpoint, Inside inside) throws NotReadyException;

    /** Whether the peer has agreed, in its handshake, to what is inside. */
    default boolean isAgreed(Channel channel, Inside inside) {
        return true;
    }

    /** Gives back what the transport holds. */
    default void close() {}

    /** No connection can be made now. */
    final class NotReadyException extends Exception {
        private static final long serialVersionUID = 1L;

        NotReadyException(String message) {
            super(message, null, false, false);
        }
    }

    /** Bytes as they are. */
    record Plain(TransportSocket config) implements Transport {
        @Override
        public boolean isTls() {
            return false;
        }

        @Override
        public @Nullable ChannelHandler newHandler(Channel channel, EndpointRuntime endpoint, Inside inside) {
            return null;
        }
    }
}
