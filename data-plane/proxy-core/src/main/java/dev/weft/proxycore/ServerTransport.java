package dev.weft.proxycore;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** The server side of a transport socket. */
interface ServerTransport {
    /** Bytes as they are. */
    ServerTransport PLAINTEXT = new ServerTransport() {
        @Override
        public boolean isTls() {
            return false;
        }

        @Override
        public @Nullable ChannelHandler newHandler(Channel channel) {
            return null;
        }
    };

    boolean isTls();

    /** The handler that decrypts, or null: for plaintext, and for TLS that has no certificate yet. */
    @Nullable
    ChannelHandler newHandler(Channel channel);

    /** Gives back what the transport holds. */
    default void close() {}
}
