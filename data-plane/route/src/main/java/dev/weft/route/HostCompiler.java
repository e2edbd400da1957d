package dev.weft.route;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles virtual hosts, each as far as it is not what it was in an earlier table. */
final class HostCompiler {
    private final Map<String, HostRoutes> before = new HashMap<>(); // by name
    private final BitSet ordinals = new BitSet(); // in use

    HostCompiler(List<HostRoutes> before) {
        before.forEach(host -> this.before.put(host.host().name(), host));
    }

    /** The virtual hosts in order; adds what is wrong with their routes. */
    List<HostRoutes> compile(RouteConfiguration config, List<Diagnostic> problems) {
        List<VirtualHost> hosts = config.virtualHosts();
        List<Map<Route, Deque<CompiledRoute>>> kept = new ArrayList<>();
        List<@Nullable HostRoutes> same = new ArrayList<>();
        // First what stays, so that nothing new gets the ordinal of something that stays.
        for (VirtualHost host : hosts) {
            HostRoutes old = before.remove(host.name());
            same.add(old != null && old.host().equals(host) ? old : null);
            kept.add(old == null || same.getLast() != null ? Map.of() : kept(host, old));
            if (same.getLast() != null) {
                same.getLast().routes().forEach(route -> ordinals.set(route.ordinal()));
            }
        }
        List<HostRoutes> compiled = new ArrayList<>();
        for (int h = 0; h < hosts.size(); h++) {
            HostRoutes old = same.get(h);
            compiled.add(old != null ? old : compile(hosts.get(h), kept.get(h), "virtual_hosts[" + h + "]", problems));
        }
        return compiled;
    }

    private Map<Route, Deque<CompiledRoute>> kept(VirtualHost host, HostRoutes old) {
        Map<Route, Deque<CompiledRoute>> kept = new HashMap<>();
        if (!frame(host).equals(frame(old.host()))) {
            return kept;
        }
        Map<Route, Deque<CompiledRoute>> known = new HashMap<>();
        old.routes()
                .forEach(route -> known.computeIfAbsent(route.route(), r -> new ArrayDeque<>())
                        .add(route));
        for (Route route : host.routes()) {
            Deque<CompiledRoute> equal = known.get(route);
            if (equal != null && !equal.isEmpty()) {
                CompiledRoute stays = equal.remove();
                ordinals.set(stays.ordinal());
                kept.computeIfAbsent(route, r -> new ArrayDeque<>()).add(stays);
            }
        }
        return kept;
    }

    private HostRoutes compile(
            VirtualHost host, Map<Route, Deque<CompiledRoute>> kept, String path, List<Diagnostic> problems) {
        VirtualHost frame = frame(host);
        List<CompiledRoute> routes = new ArrayList<>();
        for (int r = 0; r < host.routes().size(); r++) {
            Route route = host.routes().get(r);
            Deque<CompiledRoute> equal = kept.get(route);
            if (equal != null && !equal.isEmpty()) {
                routes.add(equal.remove());
                continue;
            }
            try {
                int ordinal = ordinals.nextClearBit(0);
                routes.add(new CompiledRoute(ordinal, frame, route));
                ordinals.set(ordinal);
            } catch (IllegalArgumentException e) {
                problems.add(
                        Diagnostic.error("bad-route", path + ".routes[" + r + "]", String.valueOf(e.getMessage()), ""));
            }
        }
        return new HostRoutes(host, routes);
    }

    /** What is said of all routes of a host: routes that stay must not keep those that go. */
    private static VirtualHost frame(VirtualHost host) {
        return host.withoutRoutes();
    }
}
