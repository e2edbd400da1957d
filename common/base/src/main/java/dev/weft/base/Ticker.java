package dev.weft.base;

/** A monotonic clock. Passed in wherever time matters, so that tests can hold it. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since some fixed point; only differences mean something. */
    long nanos();

    /** The process's own monotonic clock. */
    Ticker SYSTEM = System::nanoTime;
}
