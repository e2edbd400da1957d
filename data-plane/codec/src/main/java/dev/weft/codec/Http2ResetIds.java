package dev.weft.codec;

/**
 * The streams we reset last: what the peer sent on them before it heard so is no violation (RFC 9113 §5.4.2) and is ignored,
 * up to the credit it had. The oldest is forgotten first.
 */
final class Http2ResetIds {
    private static final int KEPT = 128;

    private int[] ids = {};
    private int[] credits = {};
    private int next;

    /** @param credit bytes of DATA the peer could still send when the stream was reset */
    void add(int id, int credit) {
        if (ids.length == 0) {
            ids = new int[KEPT];
            credits = new int[KEPT];
        }
        ids[next] = id;
        credits[next] = credit;
        next = next + 1 & KEPT - 1;
    }

    boolean contains(int id) {
        return find(id) >= 0;
    }

    /** The peer has sent so much DATA on one of them; false when that is more than it had credit for. */
    boolean receive(int id, int length) {
        int at = find(id);
        credits[at] -= length;
        return credits[at] >= 0;
    }

    /** The peer has ended the stream, too: nothing more can be under way. */
    void forget(int id) {
        int at = find(id);
        if (at >= 0) {
            ids[at] = 0;
        }
    }

    private int find(int id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
