package dev.weft.codec;

/**
 * The streams we reset last: what the peer sent on them before it heard so is no violation (RFC 9113 §5.4.2) and is ignored.
 * Ids only, the oldest forgotten first.
 */
final class Http2ResetIds {
    private static final int KEPT = 128;

    private int[] ids = {};
    private int next;

    void add(int id) {
        if (ids.length == 0) {
            ids = new int[KEPT];
        }
        ids[next] = id;
        next = next + 1 & KEPT - 1;
    }

    boolean contains(int id) {
        for (int known : ids) {
            if (known == id) {
                return true;
            }
        }
        return false;
    }
}
