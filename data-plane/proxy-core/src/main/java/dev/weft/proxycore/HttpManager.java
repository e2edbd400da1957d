package dev.weft.proxycore;

import dev.weft.codec.Http1Error;
import dev.weft.codec.Http1Limits;
import dev.weft.codec.Http1ServerOptions;
import dev.weft.http.Ascii;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.route.ClusterChoice;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ServerHeader.Transformation;
import dev.weft.xdsmodel.HttpProtocolOptions;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.VirtualHost;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP connection manager at work: what its configuration makes of connections, requests and responses. Shared by all
 * loops; its routes are swapped as a whole.
 */
final class HttpManager implements NetworkFilterRuntime {
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] X_FORWARDED_PROTO = Ascii.bytes("x-forwarded-proto");
    private static final byte[] X_REQUEST_ID = Ascii.bytes("x-request-id");
    private static final byte[] X_WEFT_PEER = Ascii.bytes("x-weft-peer");
    private static final byte[] RESERVED = Ascii.bytes("x-weft-");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");

    private final HttpConnectionManager config;
    private final Clusters clusters;
    private final Http1ServerOptions options;
    private final byte[] serverName;
    private final long streamIdleNanos;
    private final FilterChain chain;
    private final @Nullable AccessLogger log;
    private final HttpManagerStats stats;
    private final Telemetry telemetry;
    private final byte[] announcement;
    private final boolean inbound;
    private volatile @Nullable RouteTable routes; // null until RDS has answered
    private volatile boolean draining;

    HttpManager(HttpConnectionManager config, FilterChain chain, Parts parts, boolean inbound) {
        this.config = config;
        this.chain = chain;
        this.clusters = parts.clusters();
        this.telemetry = parts.telemetry();
        this.log = AccessLogger.of(config.accessLogs(), parts.logs());
        this.stats = new HttpManagerStats(parts.stats(), config.statPrefix());
        this.announcement = Ascii.bytes(parts.self().compact());
        this.inbound = inbound;
        HttpProtocolOptions common = config.commonHttp();
        Duration headers = config.timeouts().requestHeadersTimeout();
        Http1Limits limits = new Http1Limits(
                Http1Limits.REQUEST.startLine(),
                config.maxRequestHeadersKb() == null ? Http1Limits.REQUEST.head() : config.maxRequestHeadersKb() * 1024,
                common.maxHeadersCount() == null ? Http1Limits.REQUEST.fields() : common.maxHeadersCount());
        this.options = new Http1ServerOptions(
                limits,
                config.http1().acceptHttp10(),
                headers == null ? Http1ServerOptions.DEFAULT.headTimeout() : headers,
                common.idleTimeout(),
                config.http1().enableTrailers(),
                config.serverHeader().transformation() == Transformation.PASS_THROUGH
                        ? ""
                        : config.serverHeader().name());
        this.streamIdleNanos = config.timeouts().streamIdleTimeout().toNanos();
        this.serverName = Ascii.bytes(config.serverHeader().name());
    }

    HttpConnectionManager config() {
        return config;
    }

    Http1ServerOptions options() {
        return options;
    }

    FilterChain chain() {
        return chain;
    }

    void routes(@Nullable RouteTable next) {
        routes = next;
    }

    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    @Override
    public void serve(Worker worker, ChainRuntime served, Channel channel, ConnectionInfo info) {
        HttpConnection connection = new HttpConnection(this, worker, served, info, Peers.of(channel));
        worker.opened(connection);
        stats.opened(worker.cell());
        channel.pipeline().addLast(connection.codec());
    }

    void closed(HttpConnection connection) {
        stats.closed(connection.worker().cell());
    }

    void rejected(HttpConnection connection, Http1Error error) {
        stats.rejected(connection.worker().cell());
        if (log != null) {
            log.log(new RefusedLogSource(connection, error));
        }
    }

    /** Makes a request fit to be passed on; answers what its Upgrade field comes to. */
    Upgrade prepare(HttpConnection connection, RequestHead head) {
        stats.request(connection.worker().cell());
        HeaderBlock headers = head.headers();
        if (headers.has(KnownHeader.X_WEFT_PEER) || !connection.peer().isMesh()) {
            reserved(connection, headers);
        }
        // Envoy: without use_remote_address what the client says of the scheme stands.
        if (!headers.has(KnownHeader.X_FORWARDED_PROTO)) {
            headers.add(X_FORWARDED_PROTO, connection.peer().tls() ? HTTPS : HTTP);
        }
        if (config.requestIds().generate() && !headers.has(KnownHeader.X_REQUEST_ID)) {
            headers.add(X_REQUEST_ID, connection.worker().requestIds().next());
        }
        return upgrade(headers);
    }

    /** Reserved headers: only a mesh peer's are believed, and none goes on to the application (decisions 7, 8). */
    private static void reserved(HttpConnection connection, HeaderBlock headers) {
        int announced = headers.find(KnownHeader.X_WEFT_PEER);
        if (announced >= 0) {
            if (connection.peer().isMesh()) {
                connection.announced(headers.value(announced));
            }
            headers.remove(KnownHeader.X_WEFT_PEER);
        }
        if (connection.peer().isMesh()) {
            return;
        }
        for (int i = 0; i < headers.count(); i++) {
            int start = headers.nameStart(i);
            if (headers.nameEnd(i) - start > RESERVED.length
                    && Ascii.equalsIgnoreCase(RESERVED, headers.bytes(), start, start + RESERVED.length)) {
                headers.removeAt(i);
            }
        }
    }

    /** {@code Upgrade: h2c} is ignored, as the field goes no further (decision 19); others need permission. */
    private Upgrade upgrade(HeaderBlock headers) {
        int index = headers.find(KnownHeader.UPGRADE);
        if (index < 0 || !headers.listContains(KnownHeader.CONNECTION, UPGRADE)) {
            return Upgrade.NONE;
        }
        String wanted = headers.value(index).toLowerCase(Locale.ROOT);
        if (wanted.equals("h2c")) {
            return Upgrade.NONE;
        }
        return config.upgradeConfigs().getOrDefault(wanted, false) ? Upgrade.ALLOWED : Upgrade.REFUSED;
    }

    /** What becomes of a request's wish to speak another protocol. */
    enum Upgrade {
        NONE,
        ALLOWED,
        REFUSED
    }

    /** Finds the route of a request, once, before the first filter. */
    void match(Exchange exchange, RequestHead head) {
        RouteTable table = routes;
        if (table != null) {
            exchange.plan =
                    table.match(head, exchange.connection.worker().loop().random());
        }
    }

    /** Sends a request where its route says. */
    void route(Exchange exchange, HttpStream stream, RequestHead head) {
        RoutePlan plan = exchange.plan;
        if (plan == null) {
            stream.flag(ResponseFlag.NO_ROUTE_FOUND);
            Replies.send(exchange, stream, 404, "", "route_not_found");
            return;
        }
        if (exchange.isUpgradeRefused()) {
            Replies.send(exchange, stream, 403, "", "upgrade_failed");
            return;
        }
        if (plan.compiled().host().requireTls() != VirtualHost.RequireTls.NONE && !isHttps(head.headers())) {
            byte[] location = Ascii.bytes("https://" + head.authorityText() + head.targetText());
            Replies.redirect(exchange, stream, 301, location);
            return;
        }
        switch (plan.action()) {
            case RouteAction.Forward forward -> forward(exchange, stream, head, plan, forward);
            case RouteAction.DirectResponse direct ->
                Replies.send(exchange, stream, direct.status(), plan.directBody(), "direct_response");
            case RouteAction.Redirect redirect -> {
                String scheme = exchange.connection.peer().tls() ? "https" : "http";
                byte[] location = Ascii.bytes(plan.compiled().location(head, scheme));
                Replies.redirect(exchange, stream, redirect.responseCode(), location);
            }
        }
    }

    /** As Envoy: what x-forwarded-proto says, which {@link #prepare} has made sure is there. */
    private static boolean isHttps(HeaderBlock headers) {
        int proto = headers.find(KnownHeader.X_FORWARDED_PROTO);
        return proto >= 0
                && Ascii.equalsIgnoreCase(HTTPS, headers.bytes(), headers.valueStart(proto), headers.valueEnd(proto));
    }

    private void forward(
            Exchange exchange, HttpStream stream, RequestHead head, RoutePlan plan, RouteAction.Forward forward) {
        ClusterChoice choice =
                plan.compiled().choose(head, exchange.connection.worker().loop().random());
        exchange.choice = choice;
        ClusterRuntime cluster = choice == null ? null : plan.cluster(choice, clusters);
        if (cluster == null) {
            stream.flag(ResponseFlag.NO_CLUSTER_FOUND);
            Replies.send(exchange, stream, forward.clusterNotFoundResponseCode(), "", "cluster_not_found");
            return;
        }
        plan.editRequest(head, choice);
        exchange.deadlines(plan.timeoutNanos(), plan.responseHeaderNanos(), plan.idleNanos(streamIdleNanos));
        exchange.connection.arm(exchange);
        exchange.forward(cluster);
    }

    /** The first request of an upstream connection: tells a mesh peer who we are. */
    void announce(RequestHead head, EndpointRuntime endpoint) {
        if (endpoint.isMesh() && !inbound) {
            head.headers().add(X_WEFT_PEER, announcement);
        }
    }

    /** What the connection manager adds to every final response, its own included. */
    void finish(Exchange exchange, ResponseHead head) {
        RoutePlan plan = exchange.plan;
        if (plan != null) {
            plan.editResponse(head.headers(), exchange.choice);
        }
        switch (config.serverHeader().transformation()) {
            case OVERWRITE -> head.headers().set(KnownHeader.SERVER, serverName);
            case APPEND_IF_ABSENT -> {
                if (!head.headers().has(KnownHeader.SERVER)) {
                    head.headers().set(KnownHeader.SERVER, serverName);
                }
            }
            case PASS_THROUGH -> {}
        }
    }

    void streamOver(Exchange exchange, HttpStream stream, StreamEnd end) {
        int cell = exchange.connection.worker().cell();
        stats.response(cell, stream.status());
        Edge edge = inbound
                ? exchange.connection.inboundEdge(telemetry, exchange.cluster)
                : telemetry.outbound(exchange.cluster, exchange.endpoint);
        edge.request(
                cell,
                stream.status(),
                stream.flags(),
                System.nanoTime() - exchange.startNanos,
                stream.requestBytes(),
                stream.responseBytes());
        if (log != null) {
            log.log(new HttpLogSource(exchange, stream));
        }
    }
}
