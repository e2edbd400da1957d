package dev.weft.translate;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.base.Json;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Resources as Envoy's JSON. */
final class XdsJson {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .preservingProtoFieldNames()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(List.of(
                            StdoutAccessLog.getDescriptor(),
                            Router.getDescriptor(),
                            StatefulSessionPerRoute.getDescriptor(),
                            CookieBasedSessionState.getDescriptor(),
                            HeaderBasedSessionState.getDescriptor(),
                            TypedStruct.getDescriptor(),
                            LeastRequest.getDescriptor(),
                            Maglev.getDescriptor(),
                            Random.getDescriptor(),
                            RingHash.getDescriptor(),
                            RoundRobin.getDescriptor(),
                            HTTPFault.getDescriptor(),
                            Cors.getDescriptor(),
                            CorsPolicy.getDescriptor(),
                            HttpInspector.getDescriptor(),
                            OriginalDst.getDescriptor(),
                            TlsInspector.getDescriptor(),
                            HttpConnectionManager.getDescriptor(),
                            TcpProxy.getDescriptor(),
                            PreserveCaseFormatterConfig.getDescriptor(),
                            RawBuffer.getDescriptor(),
                            DownstreamTlsContext.getDescriptor(),
                            UpstreamTlsContext.getDescriptor(),
                            HttpProtocolOptions.getDescriptor()))
                    .build());
    private static final Map<String, Class<? extends Message>> TYPES = Map.of(
            TypeUrls.LISTENER, Listener.class,
            TypeUrls.ROUTE, RouteConfiguration.class,
            TypeUrls.CLUSTER, Cluster.class,
            TypeUrls.ENDPOINT, ClusterLoadAssignment.class);

    private XdsJson() {}

    static Message message(XdsResource resource) {
        try {
            Any any = Any.parseFrom(resource.any());
            return any.unpack(TYPES.get(any.getTypeUrl()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static <T extends Message> T message(XdsResource resource, Class<T> type) {
        return type.cast(message(resource));
    }

    static Object json(MessageOrBuilder message) {
        try {
            return Json.parse(PRINTER.print(message));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything, by short type and name. */
    static String pretty(XdsResources resources) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("listeners", json(new TreeMap<>(resources.listeners())));
        all.put("routes", json(resources.routes()));
        all.put("clusters", json(new TreeMap<>(resources.clusters())));
        all.put("endpoints", json(resources.endpoints()));
        return Json.writePretty(all);
    }

    private static Map<String, Object> json(Map<String, XdsResource> resources) {
        Map<String, Object> json = new LinkedHashMap<>();
        resources.forEach((name, resource) -> json.put(name, json(message(resource))));
        return json;
    }
}
