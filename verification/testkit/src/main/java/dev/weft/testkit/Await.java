package dev.weft.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for conditions, never for time: polls every few milliseconds until the condition holds or its deadline passes. */
public final class Await {
    private static final long POLL_MILLIS = 10;

    private Await() {}

    /** Returns once {@code condition} holds; throws an {@link AssertionError} naming {@code what} after {@code limit}. */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        Object unused = value(what, limit, () -> condition.getAsBoolean() ? Boolean.TRUE : null);
    }

    /** Returns the first non-null value; throws an {@link AssertionError} naming {@code what} after {@code limit}. */
    public static <T> T value(String what, Duration limit, Supplier<@Nullable T> supplier) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            T value = supplier.get();
            if (value != null) {
                return value;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + limit.toMillis() + " ms: " + what);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        }
    }
}
