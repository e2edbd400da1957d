package dev.weft.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * How long a connected peer may leave our bytes without an answer of its TCP before it is taken for gone (fault F26: a peer
 * that vanished without a word). The kernel counts a closed receive window as silence, too, so this is for bytes a peer reads
 * at once: a message's head, not a body it may take its time with.
 */
public final class PeerSilence {
    private static final int LIMIT_MILLIS = 10_000;

    private PeerSilence() {}

    /** Limits the silence of the peers a bootstrap connects to: {@value #LIMIT_MILLIS} ms. */
    public static void limit(Bootstrap bootstrap) {
        bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, LIMIT_MILLIS);
    }

    /** Lets a peer be silent as long as it likes from now on. One system call. On the channel's loop. */
    public static void allow(Channel channel) {
        if (channel instanceof EpollSocketChannel socket) {
            try {
                socket.config().setTcpUserTimeout(0);
            } catch (ChannelException e) {
                // closed meanwhile
            }
        }
    }
}
