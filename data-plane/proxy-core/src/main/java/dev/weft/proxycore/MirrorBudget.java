package dev.weft.proxycore;

/** What the mirrors of one loop hold back together for endpoints that do not keep up. Confined to the loop. */
final class MirrorBudget {
    private static final long MAX_BYTES = 16 * 1024 * 1024; // half of what stalled streams of a process may hold

    private long held;

    /** Takes up n bytes more, or answers false when that is too much. */
    boolean tryHold(int n) {
        if (held + n > MAX_BYTES) {
            return false;
        }
        held += n;
        return true;
    }

    void release(int n) {
        held -= n;
    }
}
