package dev.weft.proxycore;

import dev.weft.base.Diagnostic;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContext;
import dev.weft.net.TlsContexts;
import dev.weft.route.CompiledRoutes;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.NetworkFilter;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.XdsSnapshot;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns filter chains of the configuration into chains at work, keeping those that did not change. Control thread. */
final class ChainCompiler {
    private final Clusters clusters;
    private final TlsContexts tls;
    private final Parts parts;
    private final Set<HttpManager> managers = new LinkedHashSet<>();
    private final Map<RouteConfiguration, RouteTable> tables = new HashMap<>(); // compiled once for all managers
    private final Map<RouteConfiguration, RouteTable> prepared = new HashMap<>();
    private final Map<String, RouteTable> latest = new HashMap<>(); // by name: what a changed one may take from
    private boolean draining;

    ChainCompiler(Parts parts, TlsContexts tls) {
        this.parts = parts;
        this.clusters = parts.clusters();
        this.tls = tls;
    }

    /** The chain of the old listener when it is the same, else a new one. */
    ChainRuntime chain(Listener listener, FilterChain chain, @Nullable ListenerRuntime old) throws TlsConfigException {
        if (old != null && old.config().trafficDirection() == listener.trafficDirection()) {
            for (ChainRuntime known : old.chains()) {
                if (known.config().equals(chain)) {
                    return known;
                }
            }
        }
        ServerTransport transport = transport(chain.transportSocket());
        return new ChainRuntime(chain, listener.trafficDirection(), transport, filter(listener, chain));
    }

    private ServerTransport transport(TransportSocket socket) throws TlsConfigException {
        if (socket instanceof TransportSocket.DownstreamTls server) {
            return new Tls(tls.server(server));
        }
        if (socket instanceof TransportSocket.Plaintext) {
            return ServerTransport.PLAINTEXT;
        }
        throw new IllegalArgumentException("a client's transport socket in a filter chain");
    }

    private NetworkFilterRuntime filter(Listener listener, FilterChain chain) {
        NetworkFilter last = chain.filters().get(chain.filters().size() - 1);
        boolean inbound = Telemetry.isInbound(listener.trafficDirection());
        if (last instanceof TcpProxy tcp) {
            return inbound ? Inbound.tcp(tcp, parts) : Outbound.tcp(tcp, parts);
        }
        HttpConnectionManager http = (HttpConnectionManager) last;
        HttpManager manager = inbound ? Inbound.http(http, parts) : Outbound.http(http, parts);
        managers.add(manager);
        if (draining) {
            manager.drain();
        }
        return manager;
    }

    /** Compiles the routes these listeners use; adds what is wrong with them. Nothing is in force yet. */
    void compileRoutes(XdsSnapshot next, List<Diagnostic> problems) {
        prepared.clear();
        next.routes().forEach((name, routes) -> compileRoutes(routes, "routes[" + name + "].", problems));
        for (Listener listener : next.listeners().values()) {
            List<FilterChain> chains = new ArrayList<>(listener.filterChains());
            if (listener.defaultFilterChain() != null) {
                chains.add(listener.defaultFilterChain());
            }
            for (FilterChain chain : chains) {
                for (NetworkFilter filter : chain.filters()) {
                    if (filter instanceof HttpConnectionManager http
                            && http.routes() instanceof RouteSource.Inline inline) {
                        String path = "listeners[" + listener.name() + "].filter_chains.route_config.";
                        compileRoutes(inline.routes(), path, problems);
                    }
                }
            }
        }
    }

    /** Adds what is wrong with HTTP filters beyond what their messages' rules say. */
    void checkFilters(XdsSnapshot next, List<Diagnostic> problems) {
        FilterChecks checks = new FilterChecks(parts.filters(), problems);
        next.routes().forEach((name, routes) -> checks.routes("routes[" + name + "]", routes));
        for (Listener listener : next.listeners().values()) {
            checks.listener(listener);
        }
    }

    private void compileRoutes(RouteConfiguration routes, String path, List<Diagnostic> problems) {
        RouteTable known = tables.get(routes);
        if (known != null) {
            prepared.put(routes, known);
            return;
        }
        RouteTable before = latest.get(routes.name());
        Parsed<CompiledRoutes> compiled = CompiledRoutes.compile(routes, before == null ? null : before.routes());
        if (compiled instanceof Parsed.Ok<CompiledRoutes> ok) {
            prepared.put(routes, new RouteTable(ok.value(), before));
        } else if (compiled instanceof Parsed.Rejected<CompiledRoutes> rejected) {
            rejected.diagnostics().forEach(d -> problems.add(Engine.under(path, d)));
        }
    }

    /** Gives every connection manager of these listeners its routes: what was compiled last is in force. */
    void publishRoutes(Map<String, RouteConfiguration> byName, Collection<ListenerRuntime> listeners) {
        tables.clear();
        tables.putAll(prepared);
        latest.clear();
        tables.forEach((routes, table) -> latest.put(routes.name(), table));
        tables.values().forEach(table -> table.resolve(clusters));
        for (ListenerRuntime listener : listeners) {
            for (ChainRuntime chain : listener.chains()) {
                if (chain.filter() instanceof HttpManager manager) {
                    RouteSource source = manager.config().routes();
                    RouteConfiguration wanted = source instanceof RouteSource.Inline inline
                            ? inline.routes()
                            : byName.get(((RouteSource.Rds) source).routeConfigName());
                    manager.routes(wanted == null ? null : tables.get(wanted));
                }
            }
        }
    }

    /** Clusters were removed: what routes to them must say so. */
    void resolveClusters() {
        tables.values().forEach(table -> table.resolve(clusters));
    }

    /** The chain left the configuration; its connections live on for a while. */
    void retire(ChainRuntime chain) {
        if (chain.filter() instanceof HttpManager manager) {
            managers.remove(manager);
        }
        chain.transport().close();
    }

    /** All responses say close from here on. */
    void drain() {
        draining = true;
        managers.forEach(HttpManager::drain);
    }

    private record Tls(TlsContext context) implements ServerTransport {
        @Override
        public boolean isTls() {
            return true;
        }

        @Override
        public @Nullable ChannelHandler newHandler(Channel channel) {
            return context.newServerHandler(channel);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
