package dev.weft.codec;

import java.util.LinkedHashSet;

/**
 * Bytes of HTTP/2 streams that came although their consumer had stopped reading: at most a stream's window each, but a
 * thousand stalled streams would hold hundreds of megabytes. When the budget is spent (decision 9: 32 MiB in a process), the
 * stream that stalled first is reset: a reader that waits for a moment does not pay for those that never come back. Confined
 * to its loop.
 */
public final class StalledBytes {
    /** Of a whole process, in bytes; each loop has its share. */
    public static final int PROCESS = 32 * 1024 * 1024;

    /** A stream that may stall. */
    interface Stream {
        /** Resets it; what it holds is given back. */
        void giveUp();
    }

    private final LinkedHashSet<Stream> stalled = new LinkedHashSet<>(); // in the order in which they stalled
    private final int budget;
    private int held;

    /** @param loops between how many loops the process's budget is shared; at least 1 */
    public StalledBytes(int loops) {
        this(PROCESS, loops);
    }

    StalledBytes(int bytes, int loops) {
        this.budget = bytes / loops;
    }

    /**
     * Counts bytes of a stalled stream, and gives others up for them; false when it is its turn to be given up. To give one up may
     * end {@code who} as well: the other half of its exchange.
     */
    boolean take(Stream who, int bytes) {
        while (bytes > budget - held) {
            Stream first = stalled.isEmpty() ? who : stalled.removeFirst();
            if (first == who) {
                return false;
            }
            first.giveUp();
        }
        held += bytes;
        stalled.add(who);
        return true;
    }

    /** The stream reads on, or is over. */
    void giveBack(Stream who, int bytes) {
        held -= bytes;
        stalled.remove(who);
    }

    int held() {
        return held;
    }
}
