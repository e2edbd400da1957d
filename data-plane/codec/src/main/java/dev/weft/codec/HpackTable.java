package dev.weft.codec;

import java.util.Arrays;

/**
 * A dynamic table (RFC 7541 §2.3.2): entries lie one behind the other in one array, the oldest first; when its end is
 * reached they are moved to its front. Arrays come with the first entry and grow to the size limit, so that an idle or
 * short-lived connection is cheap. There is no object per entry.
 *
 * <p>Entries are named by the running number of their insertion, which wraps around; {@link #isLive} says whether one is
 * still there.
 */
final class HpackTable {
    /** RFC 7541 §4.1: what an entry counts beyond its bytes. */
    static final int OVERHEAD = 32;

    private static final int FIRST_BYTES = 256;
    private static final int FIRST_ENTRIES = 8;
    private static final int STRIDE = 4;
    private static final byte[] NO_BYTES = {};
    private static final int[] NO_ENTRIES = {};

    private final int limit;
    private int maxSize;
    private int size;
    private byte[] bytes = NO_BYTES;
    private int head; // where the oldest entry begins
    private int tail; // where the newest ends
    private int moved; // sum of all moves to the front: an entry lies at its start minus this
    private int[] entries = NO_ENTRIES; // by number modulo capacity: start, name length, value length, tag
    private int oldest = 1; // number of the oldest entry
    private int next = 1; // number of the next one

    /** @param limit the most {@link #maxSize(int)} will ever be set to; it begins there */
    HpackTable(int limit) {
        this.limit = limit;
        this.maxSize = limit;
    }

    int maxSize() {
        return maxSize;
    }

    /** Sets the size limit and evicts what no longer fits. */
    void maxSize(int newMaxSize) {
        maxSize = newMaxSize;
        while (size > maxSize) {
            evict();
        }
    }

    int count() {
        return next - oldest;
    }

    /** Number of the entry at a position: 0 is the newest. */
    int number(int position) {
        return next - 1 - position;
    }

    /** Position of a live entry: 0 is the newest. */
    int position(int number) {
        return next - 1 - number;
    }

    int oldest() {
        return oldest;
    }

    boolean isLive(int number) {
        return Integer.compareUnsigned(number - oldest, next - oldest) < 0;
    }

    /** What entries lie in; valid until the next addition. */
    @SuppressWarnings("MutableMethodReturnType")
    byte[] bytes() {
        return bytes;
    }

    /** Where a live entry's name begins; its value follows at once. */
    int start(int number) {
        return entries[at(number)] - moved;
    }

    int nameLength(int number) {
        return entries[at(number) + 1];
    }

    int valueLength(int number) {
        return entries[at(number) + 2];
    }

    /** What the owner gave with the entry. */
    int tag(int number) {
        return entries[at(number) + 3];
    }

    private int at(int number) {
        return number * STRIDE & entries.length - 1; // a power of two
    }

    /** Evicts everything: what an entry larger than the table does (RFC 7541 §4.4). */
    void clear() {
        while (count() > 0) {
            evict();
        }
    }

    /** Evicts what has to go and adds an entry not larger than {@link #maxSize()}; the caller writes its bytes. */
    int add(int nameLength, int valueLength, int tag) {
        int length = nameLength + valueLength;
        while (size + length + OVERHEAD > maxSize) {
            evict();
        }
        if (bytes.length - tail < length) {
            makeRoom(length);
        }
        if (count() == entries.length / STRIDE) {
            growEntries();
        }
        int at = at(next);
        entries[at] = tail + moved;
        entries[at + 1] = nameLength;
        entries[at + 2] = valueLength;
        entries[at + 3] = tag;
        size += length + OVERHEAD;
        tail += length;
        return next++;
    }

    private void evict() {
        int at = at(oldest);
        int length = entries[at + 1] + entries[at + 2];
        size -= length + OVERHEAD;
        head += length;
        oldest++;
    }

    /** Moves entries to the front; into a larger array while that would soon have to happen again. */
    private void makeRoom(int length) {
        int used = tail - head;
        byte[] from = bytes;
        if (used + length > from.length || used > from.length / 2 && from.length < limit) {
            bytes = new byte[Math.min(limit, Math.max(used + length, Math.max(FIRST_BYTES, from.length * 2)))];
        }
        System.arraycopy(from, head, bytes, 0, used);
        moved += head;
        head = 0;
        tail = used;
    }

    private void growEntries() {
        int[] from = entries;
        int capacity = from.length / STRIDE;
        entries = new int[Math.max(FIRST_ENTRIES, capacity * 2) * STRIDE];
        for (int number = oldest; number != next; number++) {
            int old = (number & capacity - 1) * STRIDE;
            System.arraycopy(from, old, entries, at(number), STRIDE);
        }
    }

    @Override
    public String toString() {
        return count() + " entries, " + size + " of " + maxSize + ": " + Arrays.toString(entries);
    }
}
