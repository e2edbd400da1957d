package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops of an engine: epoll, one thread each. A downstream connection, its streams and the upstream connections
 * they use live on one loop.
 */
public final class EventLoops implements AutoCloseable {
    private final IoEventLoopGroup group;
    private final List<Loop> loops;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int maxConnections = Integer.MAX_VALUE;
    private volatile int maxDescriptor = Integer.MAX_VALUE;

    /**
     * Starts the loops (their threads start with the first task).
     *
     * @param count at least 1; a sidecar's default is the number of cores, at most 2
     * @param name prefix of the threads' names
     */
    public EventLoops(int count, String name) {
        this.group = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory(name, true), WatchfulEpoll.newFactory());
        List<Loop> made = new ArrayList<>(count);
        for (EventExecutor executor : group) {
            made.add(new Loop(made.size(), (EventLoop) executor, this));
        }
        this.loops = List.copyOf(made);
    }

    /** The loops by index. */
    public List<Loop> all() {
        return loops;
    }

    public int size() {
        return loops.size();
    }

    public Loop loop(int index) {
        return loops.get(index);
    }

    /** The loop a channel is registered with. */
    public Loop of(Channel channel) {
        EventLoop wanted = channel.eventLoop();
        for (Loop loop : loops) {
            if (loop.netty() == wanted) {
                return loop;
            }
        }
        throw new IllegalArgumentException("channel of a foreign loop: " + channel);
    }

    /**
     * How many accepted connections there may be at once, on all listening sockets of these loops; more wait in the kernel's
     * queue. At the limit each socket may let in one more. Any thread.
     */
    public void maxConnections(int most) {
        maxConnections = most;
    }

    /** Accepted connections now open. Any thread. */
    public int connections() {
        return connections.get();
    }

    boolean hasRoom() {
        return connections.get() < maxConnections;
    }

    /** Counts a connection until it is closed. */
    void accepted(Channel channel) {
        connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
    }

    /** The loop with the fewest accepted connections. */
    Loop leastLoaded() {
        Loop best = loops.get(0);
        for (Loop loop : loops) {
            if (loop.connections() < best.connections()) {
                best = loop;
            }
        }
        return best;
    }

    /**
     * The highest descriptor a socket of {@link Loop#newSocket} may have. The kernel gives the lowest that is free, so a
     * higher one says that those below are taken; what is above remains for everything else. Any thread.
     */
    public void maxDescriptor(int highest) {
        maxDescriptor = highest;
    }

    EpollSocketChannel newSocket() {
        EpollSocketChannel socket = new EpollSocketChannel();
        if (socket.fd().intValue() > maxDescriptor) {
            socket.unsafe().closeForcibly(); // not registered: close() would ask for its loop
            throw new ChannelException("Too many open files");
        }
        return socket;
    }

    /** Stops the loops, closing what is still open on them; returns when they have ended (5 s at most). */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
