package dev.weft.net;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a redirected connection wanted to go before the kernel's rules sent it to the proxy. */
@FunctionalInterface
public interface OriginalDestination {
    /** The address the client dialled, or null for a connection that was not redirected. On the channel's loop. */
    @Nullable
    InetSocketAddress of(Channel channel);

    /** Asks the kernel ({@code SO_ORIGINAL_DST}, {@code IP6T_SO_ORIGINAL_DST}). */
    OriginalDestination SOCKET = new SocketOriginalDestination();

    /** For listeners that nothing is redirected to. */
    OriginalDestination NONE = channel -> null;
}
