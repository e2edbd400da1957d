package dev.weft.net;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One event loop with what belongs to it. Everything but {@link #connections} is confined to its thread. */
public final class Loop {
    private final int index;
    private final EventLoop netty;
    private final EventLoops all;
    private final SplittableRandom random = new SplittableRandom();

    private volatile int connections; // written by this loop, read by the accepting one

    Loop(int index, EventLoop netty, EventLoops all) {
        this.index = index;
        this.netty = netty;
        this.all = all;
    }

    /** From 0 on. */
    public int index() {
        return index;
    }

    /** The loop's cell in the statistics: cell 0 is the control thread's. */
    public int cell() {
        return index + 1;
    }

    public EventLoop netty() {
        return netty;
    }

    /** Runs a task once the loop has handled all the events at hand. Only on the loop. */
    public void afterBatch(Runnable task) {
        ((SingleThreadEventLoop) netty).executeAfterEventLoopIteration(task);
    }

    /**
     * A new unconnected TCP socket, to be registered by a {@code Bootstrap} of this loop.
     *
     * @throws io.netty.channel.ChannelException when there is no descriptor for it
     */
    public EpollSocketChannel newSocket() {
        return all.newSocket();
    }

    /** The loop's own source of randomness; not for secrets. Only on the loop. */
    public RandomGenerator random() {
        return random;
    }

    /** Accepted connections now open on this loop. */
    public int connections() {
        return connections;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer: the loop itself
    void connectionOpened() {
        connections++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void connectionClosed() {
        connections--;
    }

    @Override
    public String toString() {
        return "loop " + index;
    }
}
