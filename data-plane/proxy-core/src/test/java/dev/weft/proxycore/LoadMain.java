package dev.weft.proxycore;

import dev.weft.base.Address;
import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.net.OriginalDestination;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.VirtualHost;
import dev.weft.xdsmodel.XdsSnapshot;
import java.util.List;
import java.util.Map;

/**
 * A plain proxy for load tests by hand: {@code LoadMain LOOPS HTTP_PORT TCP_PORT BACKEND_PORT}; ends after ten minutes.
 */
final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) throws InterruptedException {
        int loops = Integer.parseInt(args[0]);
        StatsRegistry stats = new StatsRegistry(loops + 1);
        EngineConfig config = new EngineConfig(
                loops,
                Whereabouts.UNKNOWN,
                WorkloadLabels.UNKNOWN,
                "",
                OriginalDestination.NONE,
                HttpFilterFactory.NONE,
                Log.to(System.err, Log.Level.INFO, "load"));
        try (Engine engine = new Engine(config, stats)) {
            List<Diagnostic> problems = engine.apply(snapshot(args));
            problems.forEach(System.err::println);
            System.out.println("listening");
            Thread.sleep(600_000);
        }
    }

    private static XdsSnapshot snapshot(String[] args) {
        Cluster backend = Cluster.ofStatic("backend", LbEndpoint.of("127.0.0.1", Integer.parseInt(args[3])));
        RouteConfiguration routes = RouteConfiguration.of(
                "routes",
                VirtualHost.of(
                        "all", List.of("*"), Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to("backend"))));
        Listener http = Listener.of(
                "http",
                new Address("127.0.0.1", Integer.parseInt(args[1])),
                FilterChain.of(HttpConnectionManager.of("ingress", new RouteSource.Inline(routes))));
        Listener tcp = Listener.of(
                "tcp",
                new Address("127.0.0.1", Integer.parseInt(args[2])),
                FilterChain.of(TcpProxy.of("tcp", "backend")));
        return new XdsSnapshot(
                1, Map.of("http", http, "tcp", tcp), Map.of(), Map.of("backend", backend), Map.of(), Map.of());
    }
}
