package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much of a connection is read at once: 4 KiB first, and up to 64 KiB where more comes, so that a large body takes few
 * system calls.
 *
 * <p>Netty's adaptive allocator pools nothing above 16.5 KiB in a JVM with a heap below 512 MiB: each such read would allocate,
 * clear and free its memory. These reads have a small pool of their own.
 */
public final class ReadBuffers implements RecvByteBufAllocator {
    public static final ReadBuffers INSTANCE = new ReadBuffers();

    private static final int LEAST = 2 * 1024;
    private static final int FIRST = 4 * 1024;
    private static final int MOST = 64 * 1024;

    /** The largest that the adaptive allocator pools. */
    private static final int POOLED_ELSEWHERE = 16 * 1024;

    private static final int PAGE = 8 * 1024;
    private static final int CHUNK_ORDER = 7; // chunks of 1 MiB

    /** No caches per thread: an arena's lock, that nobody else wants, is cheap beside such a read. */
    private static final PooledByteBufAllocator LARGE =
            new PooledByteBufAllocator(true, 0, 1, PAGE, CHUNK_ORDER, 0, 0, false);

    private final AdaptiveRecvByteBufAllocator sizes = new AdaptiveRecvByteBufAllocator(LEAST, FIRST, MOST);

    private ReadBuffers() {}

    /** Bytes of memory that the pool of large reads holds. Any thread. */
    public static long held() {
        return LARGE.metric().usedDirectMemory();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty asks for no other
    public Handle newHandle() {
        return new Sized((ExtendedHandle) sizes.newHandle());
    }

    /** Of one channel, on its loop. */
    private record Sized(ExtendedHandle sizes) implements ExtendedHandle {
        @Override
        public ByteBuf allocate(ByteBufAllocator usual) {
            int size = sizes.guess();
            return size > POOLED_ELSEWHERE ? LARGE.directBuffer(size) : sizes.allocate(usual);
        }

        @Override
        public int guess() {
            return sizes.guess();
        }

        @Override
        public void reset(ChannelConfig config) {
            sizes.reset(config);
        }

        @Override
        public void incMessagesRead(int messages) {
            sizes.incMessagesRead(messages);
        }

        @Override
        public void lastBytesRead(int bytes) {
            sizes.lastBytesRead(bytes);
        }

        @Override
        public int lastBytesRead() {
            return sizes.lastBytesRead();
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            sizes.attemptedBytesRead(bytes);
        }

        @Override
        public int attemptedBytesRead() {
            return sizes.attemptedBytesRead();
        }

        @Override
        public boolean continueReading() {
            return sizes.continueReading();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier more) {
            return sizes.continueReading(more);
        }

        @Override
        public void readComplete() {
            sizes.readComplete();
        }
    }
}
