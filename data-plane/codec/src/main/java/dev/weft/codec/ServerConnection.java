package dev.weft.codec;

import io.netty.channel.Channel;

/** A downstream connection as its connection manager sees it, whatever is spoken on it. On its loop. */
public interface ServerConnection {
    Channel channel();

    /** Whether no request is under way. */
    boolean isIdle();

    /** Closes the connection: at once when idle, else after the responses under way. */
    void closeGracefully();
}
