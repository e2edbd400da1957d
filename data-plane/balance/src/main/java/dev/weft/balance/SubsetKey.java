package dev.weft.balance;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which subset of a cluster's endpoints is meant: labels and their values. Immutable, made at configuration time; finding a
 * subset by it allocates nothing.
 */
public final class SubsetKey {
    private final Names names;
    private final @Nullable Object[] values; // in the order of the names
    private final int hash;
    private @Nullable Reduction last; // made again by a loop that does not see it

    private record Reduction(Names by, SubsetKey key) {}

    private SubsetKey(Names names, @Nullable Object[] values) {
        this.names = names;
        this.values = values;
        this.hash = 31 * names.hash + Arrays.hashCode(values);
    }

    /** @param values texts, numbers, booleans, as in a protobuf Struct */
    public static SubsetKey of(Map<String, ? extends @Nullable Object> values) {
        return new SubsetKey(
                new Names(values.keySet()), new TreeMap<>(values).values().toArray());
    }

    Names names() {
        return names;
    }

    /** Without the labels that are not among these. */
    SubsetKey only(Names some) {
        Reduction known = last;
        if (known != null && known.by == some) {
            return known.key;
        }
        Map<String, @Nullable Object> fewer = new TreeMap<>();
        for (int i = 0; i < values.length; i++) {
            if (some.contains(names.sorted[i])) {
                fewer.put(names.sorted[i], values[i]);
            }
        }
        SubsetKey made = of(fewer);
        last = new Reduction(some, made);
        return made;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof SubsetKey key
                        && key.hash == hash
                        && key.names.equals(names)
                        && Arrays.equals(key.values, values);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(names.sorted) + "=" + Arrays.toString(values);
    }

    /** Names of labels, with their hash at hand. */
    static final class Names {
        private final String[] sorted;
        private final int hash;

        Names(Collection<String> all) {
            this.sorted = all.stream().sorted().distinct().toArray(String[]::new);
            this.hash = Arrays.hashCode(sorted);
        }

        boolean contains(String name) {
            return Arrays.binarySearch(sorted, name) >= 0;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || other instanceof Names names && names.hash == hash && Arrays.equals(names.sorted, sorted);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
