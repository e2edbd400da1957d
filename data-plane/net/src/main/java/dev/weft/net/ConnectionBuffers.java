package dev.weft.net;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;

/**
 * Where the buffers of a connection come from, and how much of it is read at once: 4 KiB first, and up to 64 KiB where more
 * comes, so that a large body takes few system calls.
 *
 * <p>Netty's adaptive allocator pools nothing above 16.5 KiB in a JVM with a heap below 512 MiB: each large read, and what TLS
 * makes of it, would allocate, clear and free its memory. Those have a small pool of their own. Any thread.
 */
public final class ConnectionBuffers extends AbstractByteBufAllocator {
    private static final int LEAST = 2 * 1024;
    private static final int FIRST = 4 * 1024;
    private static final int MOST = 64 * 1024;

    /** The largest that the adaptive allocator pools. */
    private static final int POOLED_ELSEWHERE = 16 * 1024;

    private static final int PAGE = 8 * 1024;
    private static final int CHUNK_ORDER = 7; // chunks of 1 MiB

    private static final ByteBufAllocator SMALL = ByteBufAllocator.DEFAULT;

    /** No caches per thread: an arena's lock, that nobody else wants, is cheap beside such a read. */
    private static final PooledByteBufAllocator LARGE =
            new PooledByteBufAllocator(true, 0, 1, PAGE, CHUNK_ORDER, 0, 0, false);

    private static final ConnectionBuffers INSTANCE = new ConnectionBuffers();
    private static final AdaptiveRecvByteBufAllocator READS = new AdaptiveRecvByteBufAllocator(LEAST, FIRST, MOST);

    private ConnectionBuffers() {
        super(true);
    }

    /** For the connection of this configuration, before its first read. */
    @SuppressWarnings("deprecation") // Netty asks for no other
    public static void use(ChannelConfig connection) {
        connection.setAllocator(INSTANCE);
        connection.setRecvByteBufAllocator(READS);
    }

    /** Bytes of memory that the pool of large buffers holds. */
    public static long held() {
        return LARGE.metric().usedDirectMemory();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int most) {
        return (initial > POOLED_ELSEWHERE ? LARGE : SMALL).directBuffer(initial, most);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initial, int most) {
        return SMALL.heapBuffer(initial, most);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }
}
