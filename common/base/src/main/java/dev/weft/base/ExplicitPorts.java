package dev.weft.base;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where the sidecar takes connections for its application's ports in explicit mode, where the two share one address. Both
 * planes ask here: the sidecar, which registers these ports, and the control plane, which makes the listeners; the same set
 * of ports gives the same answer whatever its order.
 */
public final class ExplicitPorts {
    /** Ports every sidecar needs for itself (docs/admin.md): its application cannot have them. */
    public static final List<Integer> SIDECAR = List.of(15_000, 15_001, 15_006, 15_020, 15_021);

    private static final int OFFSET = 10_000;
    private static final int MAX_PORT = 65_535;

    // Weft's own ports, the control plane's with them, and room for more.
    private static final int OWN_BEGIN = 15_000;
    private static final int OWN_END = 15_099;

    private ExplicitPorts() {}

    /**
     * Application port → inbound port: 10000 higher (lower where that does not fit), or the next one that is neither Weft's
     * own, nor the application's, nor taken by another of these.
     */
    public static SortedMap<Integer, Integer> inbound(Collection<Integer> applicationPorts) {
        SortedMap<Integer, Integer> inbound = new TreeMap<>();
        Set<Integer> taken = new TreeSet<>(applicationPorts);
        for (int port : new TreeSet<>(applicationPorts)) {
            int candidate = port + OFFSET <= MAX_PORT ? port + OFFSET : port - OFFSET;
            while (candidate >= OWN_BEGIN && candidate <= OWN_END || !taken.add(candidate)) {
                candidate = candidate == MAX_PORT ? OFFSET : candidate + 1;
            }
            inbound.put(port, candidate);
        }
        return Collections.unmodifiableSortedMap(inbound);
    }
}
