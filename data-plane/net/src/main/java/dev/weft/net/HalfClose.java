package dev.weft.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

/** The end of one direction of a TCP connection. */
public final class HalfClose {
    private HalfClose() {}

    /**
     * Sends a FIN behind everything that was written to the channel before: Netty's own shutdown drops what the socket has not
     * taken yet. The other direction stays open. On the channel's loop; nothing may be written afterwards.
     */
    public static void output(Channel channel) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
    }
}
