package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A bound TCP address whose connections are spread over the loops.
 *
 * <p>With {@link AcceptPolicy#KERNEL} each loop has its own socket ({@code SO_REUSEPORT}) and the kernel chooses. Closing
 * one of several such sockets resets the connections queued on it unless {@code net.ipv4.tcp_migrate_req} is 1, which the
 * interception set-up sets; a listener therefore opens and closes all of its sockets together, and pausing does not close
 * any.
 */
public final class ListenSocket implements AutoCloseable {
    /** Who chooses the loop of a connection. */
    public enum AcceptPolicy {
        /** The kernel, by a hash of the addresses: no hand-off, good for many connections. */
        KERNEL,
        /** One accepting socket; each connection goes to the loop with the fewest: for few, long-lived, heavy ones. */
        LEAST_LOADED
    }

    /**
     * How to listen.
     *
     * @param backlog connections the kernel queues until they are accepted
     */
    public record Options(AcceptPolicy policy, int backlog) {
        /** Kernel policy, Envoy's backlog of 128 raised to 1024 (an accept storm after a restart is normal). */
        public static final Options DEFAULT = new Options(AcceptPolicy.KERNEL, 1024);

        public Options with(AcceptPolicy other) {
            return new Options(other, backlog);
        }
    }

    /** Sets up an accepted connection: adds its handlers. */
    @FunctionalInterface
    public interface Acceptor {
        /** On the connection's loop, before the first read. An exception closes the connection. */
        void accept(Loop loop, SocketChannel channel);
    }

    // TCP_NODELAY and keep-alive are inherited by accepted sockets (tcp(7)), so they cost nothing per connection.
    private static final IntegerUnixChannelOption TCP_NODELAY = new IntegerUnixChannelOption("TCP_NODELAY", 6, 1);
    private static final IntegerUnixChannelOption SO_KEEPALIVE = new IntegerUnixChannelOption("SO_KEEPALIVE", 1, 9);
    private static final IntegerUnixChannelOption TCP_KEEPIDLE = new IntegerUnixChannelOption("TCP_KEEPIDLE", 6, 4);
    private static final IntegerUnixChannelOption TCP_KEEPINTVL = new IntegerUnixChannelOption("TCP_KEEPINTVL", 6, 5);
    private static final IntegerUnixChannelOption TCP_KEEPCNT = new IntegerUnixChannelOption("TCP_KEEPCNT", 6, 6);

    /** The kernel's IPv6 addresses; missing where it has no IPv6 (ipv6.disable=1), empty where it is merely unused. */
    private static final Path IF_INET6 = Path.of("/proc/net/if_inet6");

    private final List<Channel> sockets;

    private ListenSocket(List<Channel> sockets) {
        this.sockets = sockets;
    }

    /**
     * Binds. Who comes waits in the kernel's queue until {@link #resumeAccepting}. Blocks for as long as the loops take to
     * answer; not for a loop's own thread.
     *
     * @param address port 0 = any free one; {@code ::} takes IPv4 as well, and is {@code 0.0.0.0} on a kernel without IPv6
     * @throws IOException when the address cannot be bound; nothing stays open then
     */
    public static ListenSocket bind(EventLoops loops, InetSocketAddress address, Options options, Acceptor acceptor)
            throws IOException {
        boolean perLoop = options.policy() == AcceptPolicy.KERNEL && loops.size() > 1;
        List<Channel> bound = new ArrayList<>();
        InetSocketAddress next = usable(address, IF_INET6);
        try {
            for (Loop loop : perLoop ? loops.all() : List.of(loops.leastLoaded())) {
                Channel socket = open(loop, loops, options, perLoop, acceptor);
                bound.add(socket);
                await(socket.bind(next), next);
                next = (InetSocketAddress) socket.localAddress(); // port 0 is known from here on
            }
        } catch (IOException | RuntimeException e) {
            bound.forEach(Channel::close);
            throw e;
        }
        return new ListenSocket(List.copyOf(bound));
    }

    /** The IPv4 wildcard in place of the dual-stack one where the kernel was started without IPv6. */
    static InetSocketAddress usable(InetSocketAddress address, Path ipv6) {
        boolean dualStack = address.getAddress() instanceof Inet6Address any && any.isAnyLocalAddress();
        return dualStack && !Files.exists(ipv6) ? new InetSocketAddress("0.0.0.0", address.getPort()) : address;
    }

    private static Channel open(Loop loop, EventLoops loops, Options options, boolean perLoop, Acceptor acceptor)
            throws IOException {
        EpollServerSocketChannel socket = new EpollServerSocketChannel();
        socket.config().setReuseAddress(true).setBacklog(options.backlog());
        socket.config().setOption(UnixChannelOption.SO_REUSEPORT, perLoop);
        socket.config().setOption(ChannelOption.AUTO_READ, false);
        // Dead peers are noticed after 30 + 3 x 10 s.
        socket.config().setOption(TCP_NODELAY, 1);
        socket.config().setOption(SO_KEEPALIVE, 1);
        socket.config().setOption(TCP_KEEPIDLE, 30);
        socket.config().setOption(TCP_KEEPINTVL, 10);
        socket.config().setOption(TCP_KEEPCNT, 3);
        boolean kernel = options.policy() == AcceptPolicy.KERNEL && perLoop;
        socket.pipeline().addLast(new AcceptHandler(loops, () -> kernel ? loop : loops.leastLoaded(), acceptor));
        await(loop.netty().register(socket), socket);
        return socket;
    }

    private static void await(ChannelFuture future, Object what) throws IOException {
        future.awaitUninterruptibly();
        if (future.cause() != null) {
            throw new IOException(
                    "cannot listen on " + what + ": " + future.cause().getMessage(), future.cause());
        }
    }

    /** The bound address, with the port the kernel chose for port 0. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) sockets.get(0).localAddress();
    }

    /** Leaves new connections in the kernel's queue. Any thread; again has no effect. */
    public void pauseAccepting() {
        accepting(false);
    }

    /** Accepts who waits and who comes. Any thread; again has no effect. */
    public void resumeAccepting() {
        accepting(true);
    }

    private void accepting(boolean on) {
        for (Channel socket : sockets) {
            // On its loop: from elsewhere Netty lets one more connection in.
            socket.eventLoop()
                    .execute(() -> socket.pipeline().get(AcceptHandler.class).pause(socket, !on));
        }
    }

    /** Stops listening; connections already accepted live on. Returns when the sockets are closed. */
    @Override
    public void close() {
        List<ChannelFuture> closing = new ArrayList<>();
        for (Channel socket : sockets) {
            closing.add(socket.close());
        }
        for (int i = 0; i < closing.size(); i++) {
            if (!sockets.get(i).eventLoop().inEventLoop()) {
                closing.get(i).awaitUninterruptibly();
            }
        }
    }
}
