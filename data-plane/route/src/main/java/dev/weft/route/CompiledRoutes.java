package dev.weft.route;

import dev.weft.base.Diagnostic;
import dev.weft.http.HttpMethod;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A route configuration compiled to a matcher: first the virtual host by authority, then the first of its routes whose
 * conditions all hold. Immutable; all loops share it; matching does not allocate but for regexes.
 */
public final class CompiledRoutes {
    private final RouteConfiguration config;
    private final List<HostRoutes> all;
    private final DomainTable<HostRoutes> hosts;
    private final int ordinals;

    private CompiledRoutes(RouteConfiguration config, List<HostRoutes> all, DomainTable<HostRoutes> hosts) {
        this.config = config;
        this.all = List.copyOf(all);
        this.hosts = hosts;
        int most = -1;
        for (HostRoutes host : all) {
            for (CompiledRoute route : host.routes()) {
                most = Math.max(most, route.ordinal());
            }
        }
        ordinals = most + 1;
    }

    /** Compiles a configuration, or says everything that is wrong with it. */
    public static Parsed<CompiledRoutes> compile(RouteConfiguration config) {
        return compile(config, null);
    }

    /**
     * The same, with what did not change of an earlier table: virtual hosts as they are, and in a changed one its routes
     * unless something else that is said of all of them changed, too.
     *
     * @param before of any configuration; null = nothing to take from
     */
    public static Parsed<CompiledRoutes> compile(RouteConfiguration config, @Nullable CompiledRoutes before) {
        List<Diagnostic> problems = new ArrayList<>();
        List<HostRoutes> all = new HostCompiler(before == null ? List.of() : before.all).compile(config, problems);
        DomainTable.Builder<HostRoutes> hosts = new DomainTable.Builder<>();
        for (int h = 0; h < config.virtualHosts().size(); h++) {
            VirtualHost host = config.virtualHosts().get(h);
            for (int d = 0; d < host.domains().size(); d++) {
                if (!hosts.add(host.domains().get(d), all.get(h))) {
                    problems.add(Diagnostic.error(
                            "duplicate-domain",
                            "virtual_hosts[" + h + "].domains[" + d + "]",
                            "'" + host.domains().get(d) + "' is a domain of another virtual host too",
                            "a domain belongs to one virtual host"));
                }
            }
        }
        return problems.isEmpty()
                ? new Parsed.Ok<>(new CompiledRoutes(config, all, hosts.build()), List.of())
                : new Parsed.Rejected<>(problems);
    }

    public RouteConfiguration config() {
        return config;
    }

    /** All routes in the order of the configuration. */
    public List<CompiledRoute> routes() {
        List<CompiledRoute> routes = new ArrayList<>();
        all.forEach(host -> routes.addAll(host.routes()));
        return routes;
    }

    /** More than the ordinal of any route. */
    public int ordinals() {
        return ordinals;
    }

    /**
     * The route of a request, or null when there is none.
     *
     * @param random the loop's own, for {@code runtime_fraction}
     */
    public @Nullable CompiledRoute match(RequestHead head, RandomGenerator random) {
        byte[] bytes = head.bytes();
        int end = head.authorityEnd();
        if (config.ignorePortInHostMatching()) {
            end = hostEnd(bytes, head.authorityStart(), end);
        }
        HostRoutes host = hosts.find(bytes, head.authorityStart(), end);
        if (host == null) {
            return null;
        }
        int pathEnd = head.method() == HttpMethod.CONNECT ? head.pathStart() : head.pathEnd();
        if (config.ignorePathParametersInPathMatching()) {
            pathEnd = indexOf(';', bytes, head.pathStart(), pathEnd);
        }
        return host.match(head, pathEnd, random);
    }

    /** Where the host ends: before the last colon, unless that is inside an IPv6 address's brackets. */
    private static int hostEnd(byte[] bytes, int start, int end) {
        for (int i = end - 1; i >= start; i--) {
            if (bytes[i] == ':') {
                return i;
            }
            if (bytes[i] == ']') {
                return end;
            }
        }
        return end;
    }

    private static int indexOf(char wanted, byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
