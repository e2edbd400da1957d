package dev.weft.upstream;

import io.netty.channel.Channel;

/** Hears how a connection attempt ended: exactly one call, on the loop, possibly before {@code connect} returns. */
public interface ConnectListener {
    /** Connected, and the TLS handshake (if any) is done. */
    void connected(Channel channel);

    /**
     * @param timeout whether it took too long, as opposed to refused
     * @param reason for logs and response details
     */
    void connectFailed(boolean timeout, String reason);
}
