package dev.weft.meshmodel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The virtual address of every Service, in 240.240.0.0/16. Immutable.
 *
 * <p>A Service starts at the slot its namespace and name hash to, and takes the next free one if that is taken; once given,
 * an address stays: later Services never move earlier ones, a removed Service finds its old address when it comes back,
 * and {@link #lines} carries the whole table over a restart. Without the table a start gives the same addresses for the
 * same set of Services.
 */
public final class Vips {
    /** Where all addresses are from, in CIDR form. */
    public static final String RANGE = "240.240.0.0/16";

    /** Nothing given yet. */
    public static final Vips EMPTY = new Vips(Map.of());

    // 240.240.0.1 to 240.240.255.254: no address that looks like a network or a broadcast
    private static final int SLOTS = 65_534;
    // beyond this the addresses of Services that are gone are given up
    private static final int MOST_KEPT = SLOTS / 2;

    private final Map<ResourceKey, Integer> slots;

    private Vips(Map<ResourceKey, Integer> slots) {
        this.slots = slots;
    }

    /** The address of a Service, or null if it was never assigned one. */
    public @Nullable String address(ResourceKey service) {
        Integer slot = slots.get(service);
        return slot == null ? null : "240.240." + ((slot + 1) >> 8) + "." + ((slot + 1) & 255);
    }

    /** With an address for each of these Services; this very object if all have one. Throws if there are over 65 534. */
    Vips with(Collection<ResourceKey> services) {
        List<ResourceKey> missing = new ArrayList<>();
        for (ResourceKey service : services) {
            if (!slots.containsKey(service)) {
                missing.add(service);
            }
        }
        if (missing.isEmpty()) {
            return this;
        }
        Map<ResourceKey, Integer> next = new HashMap<>(slots);
        if (next.size() + missing.size() > MOST_KEPT) {
            next.keySet().retainAll(services);
        }
        if (next.size() + missing.size() > SLOTS) {
            throw new IllegalStateException("more Services than addresses in " + RANGE);
        }
        BitSet taken = new BitSet(SLOTS);
        next.values().forEach(taken::set);
        missing.sort(null);
        for (ResourceKey service : missing) {
            int slot = taken.nextClearBit(Math.floorMod(hash(service), SLOTS));
            if (slot >= SLOTS) {
                slot = taken.nextClearBit(0);
            }
            taken.set(slot);
            next.put(service, slot);
        }
        return new Vips(next);
    }

    // FNV-1a, finished like Murmur3: the same in every process and version, which String.hashCode only promises for
    // itself
    private static int hash(ResourceKey service) {
        int hash = 0x811c9dc5;
        for (byte b : (service.namespace() + "/" + service.name()).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 255)) * 0x01000193;
        }
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        return hash ^ (hash >>> 13);
    }

    /** The table as text, one {@code namespace/name slot} per line, to be kept over a restart. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(slots.size());
        new TreeMap<>(slots).forEach((key, slot) -> lines.add(key.namespace() + "/" + key.name() + " " + slot));
        return lines;
    }

    /** Reads {@link #lines}; a line that is damaged or claims a taken address is left out. */
    public static Vips parse(List<String> lines) {
        Map<ResourceKey, Integer> slots = new HashMap<>();
        BitSet taken = new BitSet(SLOTS);
        for (String line : lines) {
            int slash = line.indexOf('/');
            int space = line.indexOf(' ');
            if (slash <= 0 || space <= slash + 1) {
                continue;
            }
            try {
                int slot = Integer.parseInt(line.substring(space + 1).trim());
                if (slot >= 0 && slot < SLOTS && !taken.get(slot)) {
                    taken.set(slot);
                    slots.put(ResourceKey.service(line.substring(0, slash), line.substring(slash + 1, space)), slot);
                }
            } catch (NumberFormatException e) {
                continue;
            }
        }
        return new Vips(slots);
    }
}
