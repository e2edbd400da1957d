package dev.weft.proxycore;

import dev.weft.base.Address;
import dev.weft.base.Locality;
import dev.weft.base.Log;
import dev.weft.net.OriginalDestination;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsmodel.AccessLog;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Http1ProtocolOptions;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.HttpProtocolOptions;
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
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** An engine of one loop on loopback whose snapshot a test builds piece by piece. */
final class TestProxy implements AutoCloseable {
    final StatsRegistry stats = new StatsRegistry(2);
    final Engine engine;
    final Map<String, Listener> listeners = new LinkedHashMap<>();
    final Map<String, RouteConfiguration> routes = new LinkedHashMap<>();
    final Map<String, Cluster> clusters = new LinkedHashMap<>();
    final Map<String, dev.weft.xdsmodel.Secret> secrets = new LinkedHashMap<>();
    final ByteArrayOutputStream said = new ByteArrayOutputStream(); // the process's log
    private long version;

    TestProxy() {
        this(OriginalDestination.NONE);
    }

    TestProxy(OriginalDestination destination) {
        this(destination, "");
    }

    TestProxy(OriginalDestination destination, String principal) {
        this(destination, principal, HttpFilterFactory.NONE);
    }

    TestProxy(HttpFilterFactory filters) {
        this(OriginalDestination.NONE, "", filters);
    }

    private TestProxy(OriginalDestination destination, String principal, HttpFilterFactory filters) {
        engine = new Engine(
                new EngineConfig(
                        1,
                        new Whereabouts("test", new Locality("r", "a", ""), "own"),
                        WorkloadLabels.of("test", "shop", Map.of()),
                        principal,
                        destination,
                        filters,
                        Log.to(new PrintStream(said, true, StandardCharsets.UTF_8), Log.Level.INFO, "test")),
                stats);
    }

    /** A listener {@code http} that sends everything to a cluster {@code backend} of these ports. */
    static TestProxy http(int... ports) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", ports);
        proxy.listener("http", FilterChain.of(manager(forward("backend"))));
        return proxy.apply();
    }

    static TestProxy tcp(int... ports) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", ports);
        proxy.listener("http", FilterChain.of(TcpProxy.of("tcp", "backend")));
        return proxy.apply();
    }

    TestProxy cluster(String name, int... ports) {
        LbEndpoint[] endpoints = new LbEndpoint[ports.length];
        for (int i = 0; i < ports.length; i++) {
            endpoints[i] = LbEndpoint.of("127.0.0.1", ports[i]);
        }
        clusters.put(name, Cluster.ofStatic(name, endpoints));
        return this;
    }

    TestProxy listener(String name, FilterChain... chains) {
        listeners.put(name, Listener.of(name, new Address("127.0.0.1", 0), chains));
        return this;
    }

    static HttpConnectionManager manager(RouteConfiguration routes) {
        return HttpConnectionManager.of("test", new RouteSource.Inline(routes));
    }

    /** The manager with HTTP/1.0, trailers, WebSocket and CONNECT allowed. */
    static HttpConnectionManager generous(RouteConfiguration routes) {
        HttpConnectionManager m = manager(routes);
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                m.httpFilters(),
                m.accessLogs(),
                m.timeouts(),
                m.forwarding(),
                m.requestIds(),
                m.paths(),
                m.serverHeader(),
                m.stripPort(),
                new Http1ProtocolOptions(
                        true, true, "", true, Http1ProtocolOptions.HeaderCase.LOWER, false, null, java.util.List.of()),
                m.http2(),
                m.commonHttp(),
                Map.of("websocket", true, "connect", true),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    /** The manager with these filters, the router among them. */
    static HttpConnectionManager filters(HttpConnectionManager m, HttpFilterEntry... filters) {
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                java.util.List.of(filters),
                m.accessLogs(),
                m.timeouts(),
                m.forwarding(),
                m.requestIds(),
                m.paths(),
                m.serverHeader(),
                m.stripPort(),
                m.http1(),
                m.http2(),
                m.commonHttp(),
                m.upgradeConfigs(),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    /** The manager with an access log in Envoy's default format. */
    static HttpConnectionManager logging(java.nio.file.Path file, RouteConfiguration routes) {
        return logging(
                new AccessLog(new AccessLog.Destination.File(file.toString()), new AccessLog.Format.Standard()),
                routes);
    }

    static HttpConnectionManager logging(AccessLog log, RouteConfiguration routes) {
        HttpConnectionManager m = manager(routes);
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                m.httpFilters(),
                java.util.List.of(log),
                m.timeouts(),
                m.forwarding(),
                m.requestIds(),
                m.paths(),
                m.serverHeader(),
                m.stripPort(),
                m.http1(),
                m.http2(),
                m.commonHttp(),
                m.upgradeConfigs(),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    /** The manager with other ways of forwarding, path handling and treatment of header names. */
    static HttpConnectionManager edge(
            HttpConnectionManager m,
            HttpConnectionManager.Forwarding forwarding,
            HttpConnectionManager.Paths paths,
            HttpProtocolOptions common) {
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                m.httpFilters(),
                m.accessLogs(),
                m.timeouts(),
                forwarding,
                m.requestIds(),
                paths,
                m.serverHeader(),
                m.stripPort(),
                m.http1(),
                m.http2(),
                common,
                m.upgradeConfigs(),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    static TestProxy generous(int... ports) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", ports);
        proxy.listener("http", FilterChain.of(generous(forward("backend"))));
        return proxy.apply();
    }

    /** Everything to a cluster, CONNECT as such. */
    static RouteConfiguration forward(String cluster) {
        RouteAction to = RouteAction.Forward.to(cluster);
        return RouteConfiguration.of(
                "routes",
                VirtualHost.of(
                        "all",
                        java.util.List.of("*"),
                        Route.of(RouteMatch.prefix("/"), to),
                        Route.of(RouteMatch.of(new RouteMatch.PathMatch.Connect()), to)));
    }

    static RouteConfiguration action(RouteAction action) {
        return RouteConfiguration.of(
                "routes", VirtualHost.of("all", java.util.List.of("*"), Route.of(RouteMatch.prefix("/"), action)));
    }

    TestProxy apply() {
        Assertions.assertThat(engine.apply(snapshot())).isEmpty();
        return this;
    }

    XdsSnapshot snapshot() {
        return new XdsSnapshot(++version, listeners, routes, clusters, Map.of(), secrets);
    }

    Client client() throws java.io.IOException {
        return client("http");
    }

    Client client(String listener) throws java.io.IOException {
        return new Client(
                java.util.Objects.requireNonNull(engine.boundAddress(listener)).getPort());
    }

    int port(String listener) {
        return java.util.Objects.requireNonNull(engine.boundAddress(listener)).getPort();
    }

    String metrics() {
        return PrometheusText.write(stats);
    }

    @Override
    public void close() {
        engine.close();
    }
}
