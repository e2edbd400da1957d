package dev.weft.balance;

import dev.weft.base.Locality;
import java.util.HashMap;
import java.util.Map;

/** The {@link Turn} of each lane of a cluster, over all its host sets. One caller at a time. */
final class Turns {
    private record Key(int priority, boolean degraded, Locality locality) {}

    private final Map<Key, Turn> turns = new HashMap<>(); // as many as there were ever localities

    Turn of(int priority, boolean degraded, Locality locality) {
        return turns.computeIfAbsent(new Key(priority, degraded, locality), key -> new Turn());
    }
}
