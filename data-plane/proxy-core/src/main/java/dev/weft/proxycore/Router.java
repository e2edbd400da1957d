package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.route.ClusterChoice;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.VirtualHost;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The end of every chain: sends the request where its route says. The state of a stream is its {@link Exchange}. */
final class Router implements TerminalFilter {
    private final Clusters clusters;
    private final long streamIdleNanos;
    private final boolean envoyHeaders;
    private final MirrorStats mirrorStats;

    Router(HttpConnectionManager config, Clusters clusters, StatsRegistry stats) {
        this.mirrorStats = new MirrorStats(stats, config.statPrefix());
        this.clusters = clusters;
        this.envoyHeaders = config.httpFilters().stream()
                .noneMatch(f -> f.config() instanceof HttpFilterConfig.Router router && router.suppressEnvoyHeaders());
        this.streamIdleNanos = config.timeouts().streamIdleTimeout().toNanos();
    }

    private static Exchange exchange(HttpStream stream) {
        return (Exchange) stream.context();
    }

    @Override
    public void requestHead(HttpStream stream, RequestHead head, boolean end) {
        Exchange exchange = exchange(stream);
        switch (exchange.admission()) {
            case SHED -> Replies.overloaded(exchange);
            case CONNECT_REFUSED -> {
                stream.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
                Replies.send(exchange, stream, 403, "", "connect_not_configured");
            }
            case NAME_REFUSED -> {
                stream.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
                Replies.send(exchange, stream, 400, "Bad Request", "unexpected_underscore");
            }
            case PATH_REFUSED -> {
                stream.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
                Replies.send(exchange, stream, 400, "", "path_normalization_failed");
            }
            case PATH_REDIRECTED -> {
                stream.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
                byte[] location = Arrays.copyOfRange(head.bytes(), head.targetStart(), head.targetEnd());
                Replies.redirect(exchange, stream, 307, location, "path_normalization_failed");
            }
            case SERVED, UPGRADED, UPGRADE_REFUSED -> route(exchange, stream, head);
        }
    }

    private void route(Exchange exchange, HttpStream stream, RequestHead head) {
        RoutePlan plan = exchange.plan;
        if (plan == null) {
            Replies.noRoute(exchange);
            return;
        }
        if (exchange.admission() == Admission.UPGRADE_REFUSED) {
            stream.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
            Replies.send(exchange, stream, 403, "", "upgrade_failed");
            return;
        }
        if (requiresTls(plan.compiled().host().requireTls(), head.headers())) {
            byte[] location = Ascii.bytes("https://" + head.authorityText() + head.targetText());
            Replies.redirect(exchange, stream, 301, location, "direct_response");
            return;
        }
        if (plan.action() instanceof RouteAction.Forward forward) {
            forward(exchange, stream, head, plan, forward);
        } else if (plan.action() instanceof RouteAction.DirectResponse direct) {
            Replies.send(exchange, stream, direct.status(), plan.directBody(), "direct_response");
        } else if (plan.action() instanceof RouteAction.Redirect redirect) {
            String scheme =
                    ForwardedHeaders.scheme(head, exchange.connection.peer().tls());
            byte[] location = Ascii.bytes(plan.compiled().location(head, scheme));
            Replies.redirect(exchange, stream, redirect.responseCode(), location, "direct_response");
        }
    }

    private static boolean requiresTls(VirtualHost.RequireTls required, HeaderBlock headers) {
        return required != VirtualHost.RequireTls.NONE
                && !ForwardedHeaders.isHttps(headers)
                && !(required == VirtualHost.RequireTls.EXTERNAL_ONLY && ForwardedHeaders.isInternal(headers));
    }

    private void forward(
            Exchange exchange, HttpStream stream, RequestHead head, RoutePlan plan, RouteAction.Forward forward) {
        ClusterChoice choice = exchange.keepShare(plan);
        ClusterRuntime cluster = choice == null ? null : plan.cluster(choice, clusters);
        if (cluster == null) {
            stream.flag(ResponseFlag.NO_CLUSTER_FOUND);
            Replies.send(exchange, stream, forward.clusterNotFoundResponseCode(), "", "cluster_not_found");
            return;
        }
        exchange.envoyHeaders = envoyHeaders;
        plan.editRequest(head, choice, envoyHeaders);
        if (stream.wasPaused()) {
            exchange.deadlines().resumed();
        }
        exchange.deadlines()
                .set(
                        plan.timeoutNanos(),
                        plan.responseHeaderNanos(),
                        plan.idleNanos(streamIdleNanos),
                        plan.maxNanos(head),
                        stream.isRequestEnded() && !stream.isUpgradeAllowed());
        // The head as it leaves for any endpoint; before one is chosen, which has headers of its own.
        Mirrors copies = plan.mirrors().length == 0 || stream.isUpgradeAllowed()
                ? null
                : Mirrors.of(exchange.connection, mirrorStats, plan, head, clusters);
        exchange.forward(cluster);
        if (copies != null && !stream.isOver()) {
            stream.slot(MirrorTap.SLOT, copies);
            copies.begin(stream);
        }
    }

    @Override
    public void requestData(HttpStream stream, ByteBuf data, boolean end) {
        exchange(stream).requestData(data, end);
    }

    @Override
    public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
        exchange(stream).requestTrailers(trailers);
    }

    @Override
    public void requestFlush(HttpStream stream) {
        exchange(stream).requestFlush();
    }

    @Override
    public void downstreamWritable(HttpStream stream, boolean writable) {
        exchange(stream).downstreamWritable(writable);
    }

    @Override
    public void streamEnd(HttpStream stream, StreamEnd end) {
        Exchange exchange = exchange(stream);
        exchange.over(end);
        exchange.connection.streamOver(exchange, stream, end);
    }
}
