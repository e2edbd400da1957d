package dev.weft.proxy;

import dev.weft.base.Ticker;
import dev.weft.net.ConnectionBuffers;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Buffers beside the heap as Netty's allocator counts them: the chunks it holds, against -XX:MaxDirectMemorySize.
 *
 * <p>The allocator keeps most of what it once needed for the next buffers of that size, and does not say how much of it is
 * in use. So a high figure means that something runs out only while it grows; after {@value #STEADY_SECONDS} s without a
 * new chunk the demand is met from those there are, and the figure shows as {@link #STEADY}.
 */
final class DirectMemoryPressure implements Pressure {
    /** Below all thresholds, their margins taken off. */
    private static final double STEADY = 0.85;

    private static final int STEADY_SECONDS = 5;

    private final LongSupplier chunks;
    private final long limit;
    private final Ticker ticker;
    private long held;
    private long grownNanos;

    /**
     * @param chunks bytes that the allocators hold
     * @param limit in bytes; 0 or less = none
     */
    DirectMemoryPressure(LongSupplier chunks, long limit, Ticker ticker) {
        this.chunks = chunks;
        this.limit = limit;
        this.ticker = ticker;
    }

    /** Against the limit of this JVM: this allocator's memory and that of large buffers. */
    static DirectMemoryPressure ofThisProcess(ByteBufAllocatorMetric allocator) {
        return new DirectMemoryPressure(
                () -> allocator.usedDirectMemory() + ConnectionBuffers.held(),
                PlatformDependent.maxDirectMemory(),
                Ticker.SYSTEM);
    }

    @Override
    public double sample() {
        long now = chunks.getAsLong();
        if (now > held) {
            grownNanos = ticker.nanos();
        }
        held = now;
        double taken = limit <= 0 ? 0 : (double) now / limit;
        boolean steady = ticker.nanos() - grownNanos >= TimeUnit.SECONDS.toNanos(STEADY_SECONDS);
        return steady ? Math.min(STEADY, taken) : taken;
    }
}
