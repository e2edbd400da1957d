package dev.weft.route;

import dev.weft.http.Ascii;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fixed map from byte strings to values, looked up by a span without making an object. */
final class ByteTable<V> {
    private final byte[] @Nullable [] keys;
    private final @Nullable Object[] values;
    private final boolean fold;

    /** @param fold whether ASCII case is ignored; the keys are then in lower case */
    ByteTable(Map<String, V> entries, boolean fold) {
        this.fold = fold;
        int size = Integer.highestOneBit(Math.max(1, entries.size())) * 4; // at most half full
        keys = new byte[size][];
        values = new Object[size];
        entries.forEach((text, value) -> {
            byte[] key = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            int at = hash(key, 0, key.length) & size - 1;
            while (keys[at] != null) {
                at = at + 1 & size - 1;
            }
            keys[at] = key;
            values[at] = value;
        });
    }

    @SuppressWarnings("unchecked")
    @Nullable
    V find(byte[] bytes, int start, int end) {
        int mask = keys.length - 1;
        int at = hash(bytes, start, end) & mask;
        while (true) {
            byte[] key = keys[at];
            if (key == null) {
                return null;
            }
            if (key.length == end - start && TextMatcher.regionMatches(key, fold, bytes, start)) {
                return (V) values[at];
            }
            at = at + 1 & mask;
        }
    }

    private int hash(byte[] bytes, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + (fold ? Ascii.lower(bytes[i]) : bytes[i]);
        }
        return (hash * 0x9E3779B9) >>> 16 ^ hash * 0x9E3779B9; // names that count up would lie side by side
    }
}
