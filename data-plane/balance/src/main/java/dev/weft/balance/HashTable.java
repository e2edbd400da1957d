package dev.weft.balance;

import java.nio.charset.StandardCharsets;

/**
 * A table that leads from any hash to one of some hosts and changes little when they do. Hosts are named by index. A pick
 * begins at {@link #find} and, where the host there will not do, goes on cell by cell. Immutable.
 */
abstract sealed class HashTable permits HashRing, MaglevTable {
    /** Which host each cell belongs to. */
    private final int[] owners;

    HashTable(int[] owners) {
        this.owners = owners;
    }

    /** The cell a hash belongs to. */
    abstract int find(long hash);

    final int owner(int cell) {
        return owners[cell];
    }

    final int next(int cell) {
        return cell + 1 == owners.length ? 0 : cell + 1;
    }

    final int size() {
        return owners.length;
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
