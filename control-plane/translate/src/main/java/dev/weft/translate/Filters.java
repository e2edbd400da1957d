package dev.weft.translate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.weft.meshmodel.MeshSettings;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Network and listener filters as every listener of ours has them. */
final class Filters {
    static final ListenerFilter ORIGINAL_DST = ListenerFilter.newBuilder()
            .setName("envoy.filters.listener.original_dst")
            .setTypedConfig(Protos.pack(OriginalDst.getDefaultInstance()))
            .build();
    static final ListenerFilter TLS_INSPECTOR = ListenerFilter.newBuilder()
            .setName("envoy.filters.listener.tls_inspector")
            .setTypedConfig(Protos.pack(TlsInspector.getDefaultInstance()))
            .build();
    static final ListenerFilter HTTP_INSPECTOR = ListenerFilter.newBuilder()
            .setName("envoy.filters.listener.http_inspector")
            .setTypedConfig(Protos.pack(HttpInspector.getDefaultInstance()))
            .build();

    /** What the HTTP inspector calls HTTP. */
    static final List<String> HTTP_DETECTED = List.of("http/1.0", "http/1.1", "h2c");

    static final String FAULT = "envoy.filters.http.fault";
    static final String CORS = "envoy.filters.http.cors";
    static final String SESSION = "envoy.filters.http.stateful_session";

    /**
     * What routes may ask for. They are in every listener, so that the first route that does asks nothing of connections; to
     * routes that do not they are not there. Faults first: they stand for an upstream that fails whoever asks. Then who may
     * ask, then where those go who may.
     */
    private static final List<HttpFilter> FOR_ROUTES = List.of(
            filter(FAULT, HTTPFault.getDefaultInstance()),
            filter(CORS, Cors.getDefaultInstance()),
            filter(SESSION, StatefulSession.getDefaultInstance()));

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    private static final HttpFilter ROUTER = HttpFilter.newBuilder()
            .setName("envoy.filters.http.router")
            .setTypedConfig(Protos.pack(
                    Router.newBuilder().setSuppressEnvoyHeaders(true).build()))
            .build();

    private Filters() {}

    /** HTTP whose routes come over RDS. */
    static Filter http(MeshSettings settings, String statPrefix, String routes) {
        return http(
                settings,
                statPrefix,
                HttpConnectionManager.newBuilder()
                        .addAllHttpFilters(FOR_ROUTES)
                        .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(Protos.ADS)));
    }

    /** HTTP for the application: its routes are its own, and it hears who calls from the certificate alone. */
    static Filter inboundHttp(MeshSettings settings, String statPrefix, RouteConfiguration routes) {
        return http(
                settings,
                statPrefix,
                HttpConnectionManager.newBuilder()
                        .setRouteConfig(routes)
                        .setForwardClientCertDetails(ForwardClientCertDetails.SANITIZE_SET)
                        .setSetCurrentClientCertDetails(
                                SetCurrentClientCertDetails.newBuilder().setUri(true)));
    }

    private static Filter http(MeshSettings settings, String statPrefix, HttpConnectionManager.Builder manager) {
        manager.setStatPrefix(statPrefix)
                .setCodecType(HttpConnectionManager.CodecType.AUTO)
                .addHttpFilters(ROUTER)
                // old clients are answered, not told to upgrade
                .setHttpProtocolOptions(Http1ProtocolOptions.newBuilder()
                        .setAcceptHttp10(true)
                        .setHeaderKeyFormat(Protos.PRESERVE_CASE))
                // WebSocket needs no permission: to the application it is what HTTP is; RFC 8441 says it in HTTP/2
                .addUpgradeConfigs(
                        HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder().setAllowConnect(true))
                // routes and policies see the one form of a path that the application gets, or the request is refused
                .setNormalizePath(BoolValue.of(true))
                .setMergeSlashes(true)
                .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.REJECT_REQUEST)
                // x-request-id is made where there is none, and kept where there is one
                .setGenerateRequestId(BoolValue.of(true))
                .setPreserveExternalRequestId(true)
                // a mesh in between does not sign the application's responses
                .setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH);
        if (settings.accessLog()) {
            manager.addAccessLog(Protos.STDOUT_LOG);
        }
        return Filter.newBuilder()
                .setName("envoy.filters.network.http_connection_manager")
                .setTypedConfig(Protos.pack(manager.build()))
                .build();
    }

    /**
     * Bytes to a cluster.
     *
     * @param idle null = Envoy's default, 1 h; zero = for ever
     */
    static Filter tcp(MeshSettings settings, String cluster, @Nullable Duration idle) {
        return tcp(settings, TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster), idle);
    }

    /** Bytes to one of several clusters; the same otherwise. */
    static Filter tcp(
            MeshSettings settings, String statPrefix, TcpProxy.WeightedCluster split, @Nullable Duration idle) {
        TcpProxy.Builder proxy = TcpProxy.newBuilder().setStatPrefix(statPrefix);
        if (split.getClustersCount() == 1) {
            proxy.setCluster(split.getClusters(0).getName());
        } else {
            proxy.setWeightedClusters(split);
        }
        return tcp(settings, proxy, idle);
    }

    private static Filter tcp(MeshSettings settings, TcpProxy.Builder proxy, @Nullable Duration idle) {
        // the one thing of a connection to hash, for clusters that go by one
        proxy.addHashPolicy(HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()));
        if (idle != null) {
            proxy.setIdleTimeout(Protos.duration(idle));
        }
        if (settings.accessLog()) {
            proxy.addAccessLog(Protos.STDOUT_LOG);
        }
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Protos.pack(proxy.build()))
                .build();
    }
}
