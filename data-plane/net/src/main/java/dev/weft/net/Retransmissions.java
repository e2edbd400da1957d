package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;

/** What the kernel had to send again on a connection: loss, seen from here. */
public final class Retransmissions {
    private Retransmissions() {}

    /** Segments sent again since the connection began ({@code tcpi_total_retrans}); 0 where the kernel does not say. */
    public static long of(Channel channel) {
        if (channel instanceof EpollSocketChannel socket) {
            try {
                EpollTcpInfo info = socket.tcpInfo();
                return info.totalRetrans();
            } catch (ChannelException e) {
                return 0; // closed meanwhile
            }
        }
        return 0;
    }
}
