package dev.weft.proxycore;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The listeners of a snapshot and the search for the one a redirected connection belongs to. Immutable. */
final class ListenerSet {
    static final ListenerSet EMPTY = new ListenerSet(Map.of());

    private final Map<String, ListenerRuntime> byName;
    private final Map<InetSocketAddress, ListenerRuntime> byAddress = new HashMap<>();

    ListenerSet(Map<String, ListenerRuntime> byName) {
        this.byName = Map.copyOf(byName);
        for (ListenerRuntime listener : byName.values()) {
            byAddress.put(listener.address(), listener);
        }
    }

    Map<String, ListenerRuntime> byName() {
        return byName;
    }

    /** Envoy's order: the listener of exactly that address, then the wildcard of that port, else null. */
    @Nullable
    ListenerRuntime forDestination(InetSocketAddress destination) {
        ListenerRuntime exact = byAddress.get(destination);
        if (exact != null) {
            return exact;
        }
        InetAddress any = destination.getAddress() instanceof java.net.Inet6Address ? ANY_V6 : ANY_V4;
        ListenerRuntime wildcard = byAddress.get(new InetSocketAddress(any, destination.getPort()));
        // A dual-stack wildcard serves both families.
        return wildcard != null || any == ANY_V6
                ? wildcard
                : byAddress.get(new InetSocketAddress(ANY_V6, destination.getPort()));
    }

    private static final InetAddress ANY_V4 = address(new byte[4]);
    private static final InetAddress ANY_V6 = address(new byte[16]);

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
