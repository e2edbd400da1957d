package dev.weft.codec;

import java.util.Arrays;

/**
 * Finds fields in the encoder's dynamic table by a hash of name and value. Chains go from the newest entry of a bucket to
 * older ones and end at the first that was evicted, so that evicting costs nothing here. At most 128 entries of 4 KiB:
 * whoever sends fields that collide makes a lookup as long as that, no longer.
 */
final class HpackIndex {
    private static final int[] NONE = {};
    private static final int FIRST_ENTRIES = 8;

    private final HpackTable table;
    private int[] newest = NONE; // per bucket: number of an entry
    private int[] older = NONE; // per entry, by number modulo capacity: the next of its chain

    HpackIndex(HpackTable table) {
        this.table = table;
    }

    /** Number of the entry with that hash, name (in any case) and value; 0 if there is none. */
    int find(int hash, byte[] name, int nameStart, int nameLength, byte[] value, int valueStart, int valueLength) {
        if (newest.length == 0) {
            return 0;
        }
        int number = newest[hash & newest.length - 1];
        while (table.isLive(number)) {
            if (table.tag(number) == hash
                    && table.nameLength(number) == nameLength
                    && table.valueLength(number) == valueLength) {
                int start = table.start(number);
                int from = start + nameLength;
                if (LowerCase.equals(table.bytes(), start, name, nameStart, nameLength)
                        && Arrays.equals(
                                table.bytes(), from, from + valueLength, value, valueStart, valueStart + valueLength)) {
                    return number;
                }
            }
            int next = older[number & older.length - 1];
            if (next - number >= 0) {
                return 0; // left over from before numbers wrapped around
            }
            number = next;
        }
        return 0;
    }

    /** Enters the newest entry of the table. */
    void added(int number) {
        int count = table.count();
        if (count > older.length) {
            int capacity = Math.max(FIRST_ENTRIES, older.length * 2);
            older = new int[capacity];
            newest = new int[capacity * 2];
            for (int i = table.oldest(); i != number; i++) {
                link(i);
            }
        }
        link(number);
    }

    private void link(int number) {
        int bucket = table.tag(number) & newest.length - 1;
        older[number & older.length - 1] = newest[bucket];
        newest[bucket] = number;
    }
}
