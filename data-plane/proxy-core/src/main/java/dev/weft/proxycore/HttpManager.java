package dev.weft.proxycore;

import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.PathNormaliser;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.route.ClusterChoice;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.HttpConnectionManager;
import io.netty.channel.Channel;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP connection manager at work: what its configuration makes of connections, requests and responses. Shared by all
 * loops; its routes are swapped as a whole.
 */
final class HttpManager implements NetworkFilterRuntime {
    private final HttpConnectionManager config;
    private final FilterChains chains;
    private final ServerCodec codec;
    private final PathNormaliser paths;
    private final ManagerHeaders headers;
    private final Upgrades upgrades;
    private final @Nullable AccessLogger log;
    private final LogWriter logs;
    private final HttpManagerStats stats;
    private final Telemetry telemetry;
    private final Overload overload;
    private final boolean inbound;
    private volatile @Nullable ServedRoutes routes; // null until RDS has answered
    private volatile boolean draining;

    HttpManager(HttpConnectionManager config, FilterChains chains, Parts parts, boolean inbound) {
        this.config = config;
        this.chains = chains;
        this.codec = new ServerCodec(config);
        this.paths = paths(config.paths());
        this.upgrades = new Upgrades(config.upgradeConfigs());
        this.logs = parts.logs();
        this.log = AccessLogger.of(config.accessLogs(), logs);
        boolean logsClients = log != null && log.uses(HttpLogSource::isOfClient);
        this.headers = new ManagerHeaders(config, parts.self().compact(), logsClients);
        this.stats = new HttpManagerStats(parts.stats(), config.statPrefix());
        this.telemetry = parts.telemetry();
        this.overload = parts.overload();
        this.inbound = inbound;
    }

    private static PathNormaliser paths(HttpConnectionManager.Paths wanted) {
        PathNormaliser.EscapedSlashes slashes = switch (wanted.pathWithEscapedSlashesAction()) {
            case KEEP_UNCHANGED -> PathNormaliser.EscapedSlashes.KEEP;
            case REJECT_REQUEST -> PathNormaliser.EscapedSlashes.REJECT;
            case UNESCAPE_AND_REDIRECT -> PathNormaliser.EscapedSlashes.REDIRECT;
            case UNESCAPE_AND_FORWARD -> PathNormaliser.EscapedSlashes.UNESCAPE;
        };
        return new PathNormaliser(wanted.normalizePath(), wanted.mergeSlashes(), slashes);
    }

    HttpConnectionManager config() {
        return config;
    }

    ManagerHeaders headers() {
        return headers;
    }

    /** Control thread. The same table again keeps its chains, and with them what their filters know. */
    void routes(@Nullable RouteTable next) {
        ServedRoutes before = routes;
        if (before == null || before.table() != next) {
            routes = next == null ? null : chains.of(next);
        }
    }

    /** Whether connections shall end after their next response. */
    boolean closesConnections() {
        return draining || overload.isClosing();
    }

    void drain() {
        draining = true;
    }

    // Connections.

    @Override
    public void serve(Worker worker, ChainRuntime served, Channel channel, ConnectionInfo info) {
        HttpConnection connection = new HttpConnection(this, worker, served, info, Peers.of(channel));
        worker.opened(connection);
        info.protocol = "HTTP/1.1";
        stats.opened(worker.cell());
        connection.open(channel);
    }

    /** Puts the codec into the pipeline; the connection hears which. */
    void open(HttpConnection connection, Channel channel) {
        codec.open(channel, connection.info(), connection.worker().upstream().codec(), connection, connection::codec);
    }

    void closed(HttpConnection connection) {
        stats.closed(connection.worker().cell());
    }

    void rejected(HttpConnection connection, int status, String details) {
        stats.rejected(connection.worker().cell());
        if (log != null) {
            log.log(new RefusedLogSource(connection, status, details), connection.worker());
        } else {
            logs.refused(connection.info().remote, status, details);
        }
    }

    /** The codec ended the connection for what its peer did: a flood, frames that make no sense. */
    void cutOff(HttpConnection connection) {
        stats.rejected(connection.worker().cell());
    }

    // Streams.

    /**
     * Makes a request fit to be passed on and finds its route, with it the cluster and the filters: once, before the first of
     * them. One that is refused meets none: nobody is to work for it.
     */
    HttpStream begin(Exchange exchange, Downstream downstream, RequestHead head) {
        ServedRoutes served = routes;
        Admission admission = admit(exchange, head, served);
        boolean refused = admission != Admission.SERVED && admission != Admission.UPGRADED;
        RoutePlan plan = exchange.plan;
        FilterChain chain = refused
                ? chains.bare()
                : plan == null || served == null ? chains.base() : served.chain(plan, exchange.choice);
        HttpStream stream = new HttpStream(downstream, head, chain, exchange);
        if (admission == Admission.UPGRADED) {
            stream.allowUpgrade();
        }
        exchange.bind(stream, admission);
        return stream;
    }

    /** The path is in its form before it is routed: routes, filters, the log and the upstream see the same (requirement R30). */
    private Admission admit(Exchange exchange, RequestHead head, @Nullable ServedRoutes served) {
        Worker worker = exchange.connection.worker();
        stats.request(worker.cell());
        // Of a CONNECT a 200, which gRPC's errors are, would say that there is a tunnel.
        exchange.isGrpc = head.method() != HttpMethod.CONNECT && Grpc.is(head.headers());
        if (overload.isShedding()) {
            stats.shed(worker.cell());
            return Admission.SHED;
        }
        PathNormaliser.Outcome path = paths.normalise(head);
        if (path != PathNormaliser.Outcome.FORWARD) {
            return refuse(worker, path, exchange.isGrpc);
        }
        if (!headers.request(exchange, head)) {
            stats.nameRefused(worker.cell());
            return Admission.NAME_REFUSED;
        }
        RandomGenerator random = worker.loop().random();
        RoutePlan plan = served == null ? null : served.table().match(head, random);
        exchange.plan = plan;
        exchange.choice = plan == null ? null : plan.choose(head, random);
        if (plan != null && plan.hashesClient()) {
            headers.client(exchange, head);
        }
        return upgrades.admit(head, plan == null ? null : plan.upgrades());
    }

    /** Envoy: clients of gRPC follow no redirect. */
    private Admission refuse(Worker worker, PathNormaliser.Outcome path, boolean grpc) {
        if (path == PathNormaliser.Outcome.REDIRECT && !grpc) {
            stats.pathRedirected(worker.cell());
            return Admission.PATH_REDIRECTED;
        }
        stats.pathRefused(worker.cell());
        return Admission.PATH_REFUSED;
    }

    /** The first request of an upstream connection. */
    void announce(RequestHead head, EndpointRuntime endpoint) {
        if (endpoint.isMesh() && !inbound) {
            headers.announce(head);
        }
    }

    /** The route's edits, then what the connection manager adds, on every final response, our own included. */
    void finish(Exchange exchange, ResponseHead head) {
        RoutePlan plan = exchange.plan;
        if (plan != null) {
            plan.editResponse(head.headers(), exchange.choice);
        }
        headers.response(exchange.stream().request(), head, exchange.codec().date());
    }

    void streamOver(Exchange exchange, HttpStream stream, StreamEnd end) {
        int cell = exchange.connection.worker().cell();
        stats.response(cell, stream.status());
        Edge edge = inbound
                ? exchange.connection.inboundEdge(telemetry, exchange.cluster)
                : telemetry.outbound(wanted(exchange), exchange.endpoint);
        edge.request(
                cell,
                stream.status(),
                stream.flags(),
                exchange.isGrpc,
                exchange.grpcStatus,
                System.nanoTime() - exchange.startNanos,
                stream.requestBytes(),
                stream.responseBytes());
        boolean refused = end == StreamEnd.REFUSED;
        if (refused) {
            stats.rejected(cell);
        }
        if (log != null) {
            log.log(new HttpLogSource(exchange, stream), exchange.connection.worker());
        } else if (refused) {
            logs.refused(exchange.connection.info().remote, stream.status(), stream.details());
        }
    }

    /** The request's cluster, though a filter may have answered before the router looked for it. */
    private static @Nullable ClusterRuntime wanted(Exchange exchange) {
        RoutePlan plan = exchange.plan;
        ClusterChoice choice = exchange.choice;
        return exchange.cluster != null || plan == null || choice == null ? exchange.cluster : plan.known(choice);
    }
}
