package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the original destination that connection tracking keeps for a redirected socket. */
final class SocketOriginalDestination implements OriginalDestination {
    // linux/netfilter_ipv4.h: SOL_IP 0, SO_ORIGINAL_DST 80 -> struct sockaddr_in
    private static final int V4_LENGTH = 16;
    private static final RawUnixChannelOption V4 = new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, V4_LENGTH);
    // linux/netfilter_ipv6/ip6_tables.h: SOL_IPV6 41, IP6T_SO_ORIGINAL_DST 80 -> struct sockaddr_in6
    private static final int V6_LENGTH = 28;
    private static final RawUnixChannelOption V6 = new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, V6_LENGTH);

    @Override
    public @Nullable InetSocketAddress of(Channel channel) {
        if (!(channel.localAddress() instanceof InetSocketAddress local)) {
            return null;
        }
        // A dual-stack listener shows IPv4 peers as Inet4Address too: Java unmaps them.
        boolean v4 = local.getAddress() instanceof Inet4Address;
        ByteBuffer value;
        try {
            value = channel.config().getOption(v4 ? V4 : V6);
        } catch (ChannelException e) {
            return null; // ENOENT or ENOPROTOOPT: no connection tracking entry, so not redirected
        }
        InetSocketAddress wanted = value == null ? null : parse(value, v4);
        return local.equals(wanted) ? null : wanted;
    }

    /** A {@code sockaddr_in} or {@code sockaddr_in6}: family, port in network order, (flow info,) address. */
    static @Nullable InetSocketAddress parse(ByteBuffer sockaddr, boolean v4) {
        ByteBuffer bytes = sockaddr.duplicate().order(ByteOrder.BIG_ENDIAN);
        if (bytes.remaining() < (v4 ? 8 : 24)) {
            return null;
        }
        int start = bytes.position();
        int port = bytes.getShort(start + 2) & 0xffff;
        byte[] address = new byte[v4 ? 4 : 16];
        bytes.get(start + (v4 ? 4 : 8), address);
        if (port == 0) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(Arrays.toString(address), e); // the length is right
        }
    }
}
