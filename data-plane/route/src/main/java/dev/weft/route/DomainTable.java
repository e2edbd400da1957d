package dev.weft.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the virtual host of an authority: exact domain, then the longest {@code *suffix}, then the longest
 * {@code prefix*}, then {@code *}. Case does not matter, and a wildcard stands for at least one character.
 */
final class DomainTable<V> {
    /** All wildcards whose fixed part has one length. */
    private record Wildcards<V>(int length, ByteTable<V> table) {}

    private final ByteTable<V> exact;
    private final List<Wildcards<V>> suffixes; // longest first
    private final List<Wildcards<V>> prefixes;
    private final @Nullable V any;

    /** Domains as configured; {@link Builder#add} refuses a second one of the same text. */
    static final class Builder<V> {
        private final Map<String, V> exact = new HashMap<>();
        private final Map<Integer, Map<String, V>> suffixes = new TreeMap<>(Comparator.reverseOrder());
        private final Map<Integer, Map<String, V>> prefixes = new TreeMap<>(Comparator.reverseOrder());
        private @Nullable V any;

        /** Whether the domain is new. */
        boolean add(String domain, V value) {
            String lower = domain.toLowerCase(Locale.ROOT);
            if (lower.equals("*")) {
                boolean first = any == null;
                any = value;
                return first;
            }
            if (lower.startsWith("*")) {
                return wildcard(suffixes, lower.substring(1), value);
            }
            if (lower.endsWith("*")) {
                return wildcard(prefixes, lower.substring(0, lower.length() - 1), value);
            }
            return exact.put(lower, value) == null;
        }

        private static <V> boolean wildcard(Map<Integer, Map<String, V>> of, String fixed, V value) {
            return of.computeIfAbsent(fixed.length(), n -> new HashMap<>()).put(fixed, value) == null;
        }

        DomainTable<V> build() {
            return new DomainTable<>(this);
        }
    }

    private DomainTable(Builder<V> from) {
        exact = new ByteTable<>(from.exact, true);
        suffixes = tables(from.suffixes);
        prefixes = tables(from.prefixes);
        any = from.any;
    }

    private static <V> List<Wildcards<V>> tables(Map<Integer, Map<String, V>> byLength) {
        List<Wildcards<V>> tables = new ArrayList<>();
        byLength.forEach((length, domains) -> tables.add(new Wildcards<>(length, new ByteTable<>(domains, true))));
        return List.copyOf(tables);
    }

    @Nullable
    V find(byte[] bytes, int start, int end) {
        V found = exact.find(bytes, start, end);
        for (int i = 0; found == null && i < suffixes.size(); i++) {
            int length = suffixes.get(i).length();
            if (length < end - start) {
                found = suffixes.get(i).table().find(bytes, end - length, end);
            }
        }
        for (int i = 0; found == null && i < prefixes.size(); i++) {
            int length = prefixes.get(i).length();
            if (length < end - start) {
                found = prefixes.get(i).table().find(bytes, start, start + length);
            }
        }
        return found == null ? any : found;
    }
}
