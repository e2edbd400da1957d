package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.base.Ticker;
import dev.weft.ca.CertificateIssuer;
import dev.weft.dashboard.DashboardPages;
import dev.weft.sources.LeaseRegistry;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsserver.XdsServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What people see: the operator API with its page, the graph behind it, and the metrics. Wiring only. */
final class Operator implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    private final String token;
    private final OperatorServer server;
    private final MetricsServer metrics;
    private final ProxyAdminClient admin;
    private final GraphCollector graph;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("scraper").daemon().factory());

    Operator(
            ControlPlaneConfig config,
            StateDirectory state,
            InstantSource clock,
            MeshLoop mesh,
            Findings findings,
            ProxySessions sessions,
            XdsServer xds,
            CertificateIssuer issuer,
            IssuedCertificates issued,
            LeaseRegistry leases,
            ServingIdentity serving)
            throws IOException, GeneralSecurityException {
        token = state.operatorToken();
        admin = new ProxyAdminClient(serving);
        RefusedListeners refused = new RefusedListeners();
        ProxyViews proxies = new ProxyViews(mesh, sessions, xds, issued, leases, refused, clock);
        graph = new GraphCollector(
                () -> new ArrayList<>(proxies.targets().values()), admin, Ticker.SYSTEM, clock, refused);
        OperatorRoutes routes =
                new OperatorRoutes(config, mesh, findings, proxies, graph, admin, issuer, clock, Operator::page);
        server = new OperatorServer(config.operator(), token, routes);
        StatsRegistry stats = ControlStats.of(mesh, sessions, xds, issuer, serving);
        metrics = new MetricsServer(config.metrics(), stats, mesh::isSynced);
    }

    private static @Nullable HttpReply page(String path) {
        DashboardPages.Page page = DashboardPages.find(path);
        return page == null
                ? null
                : new HttpReply(
                        200, page.contentType(), page.body(), Map.of("ETag", page.etag(), "Cache-Control", "no-cache"));
    }

    void start() {
        server.start();
        metrics.start();
        timer.scheduleWithFixedDelay(this::scrape, 200, 200, TimeUnit.MILLISECONDS);
    }

    private void scrape() {
        try {
            graph.tick();
        } catch (RuntimeException e) { // a task that fails must not end its timer
            LOG.log(System.Logger.Level.ERROR, "proxies could not be scraped", e);
        }
    }

    Address address() {
        return server.address();
    }

    Address metricsAddress() {
        return metrics.address();
    }

    String token() {
        return token;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        server.close();
        metrics.close();
        admin.close();
    }
}
