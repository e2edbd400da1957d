package dev.weft.codec;

/**
 * Bytes of HTTP/2 streams that came although their consumer had stopped reading: at most a stream's window each, but a
 * thousand stalled streams would hold hundreds of megabytes. What is above the budget is not kept: the stream it came on is
 * reset (decision 9: 32 MiB in a process). Confined to its loop.
 */
public final class StalledBytes {
    /** Of a whole process, in bytes; each loop has its share. */
    public static final int PROCESS = 32 * 1024 * 1024;

    private final int budget;
    private int held;

    /** @param loops between how many loops the process's budget is shared; at least 1 */
    public StalledBytes(int loops) {
        this(PROCESS, loops);
    }

    StalledBytes(int bytes, int loops) {
        this.budget = bytes / loops;
    }

    /** Counts bytes of a stalled stream, if there is room for them. */
    boolean take(int bytes) {
        if (bytes > budget - held) {
            return false;
        }
        held += bytes;
        return true;
    }

    /** The stream reads on, or is over. */
    void giveBack(int bytes) {
        held -= bytes;
    }

    int held() {
        return held;
    }
}
