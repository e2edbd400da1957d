package dev.weft.bench;

import dev.weft.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One bootstrap for Envoy and for Weft: one listener, its routes, one static cluster, least request, router only. */
final class EnvoyBootstrap {
    /**
     * What the inbound proxy of a pair takes inside TLS: Weft's multiplexed protocol, which an Envoy never asks for, HTTP/2,
     * and HTTP/1.1 between sidecars.
     */
    private static final List<String> MESH_ALPN = List.of("weft-mux", "h2", "istio-http/1.1");

    /** What the control plane gives a cluster of an HTTP/1.1 application in the mesh. */
    private static final List<String> SIDECAR_ALPN = List.of("istio-http/1.1");

    /** Tells an outbound Weft that it may multiplex to this endpoint; without it and the ALPN above it does not. */
    private static final Map<String, Object> MESH_ENDPOINT =
            Map.of("filter_metadata", Map.of("weft", Map.of("mux", true)));

    private EnvoyBootstrap() {}

    /**
     * {@code envoy}: with what only Envoy can be told, that no session be resumed; Weft refuses a bootstrap that says so.
     */
    static String of(ProxySetup setup, boolean envoy) {
        Map<String, Object> bootstrap = new LinkedHashMap<>();
        bootstrap.put("node", Map.of("id", "bench", "cluster", "bench"));
        bootstrap.put("admin", Map.of("address", socket(setup.admin())));
        bootstrap.put(
                "static_resources",
                Map.of("listeners", List.of(listener(setup, envoy)), "clusters", List.of(cluster(setup, envoy))));
        return Json.writePretty(bootstrap);
    }

    private static Map<String, Object> listener(ProxySetup setup, boolean envoy) {
        Map<String, Object> chain = new LinkedHashMap<>();
        chain.put("filters", List.of(setup.in() == Hop.TCP ? tcpProxy(setup) : httpConnectionManager(setup)));
        if (setup.in().encrypted()) {
            Map<String, Object> context = new LinkedHashMap<>();
            context.put("common_tls_context", commonTls(setup, setup.in() == Hop.MESH ? MESH_ALPN : List.of()));
            context.put("require_client_certificate", true);
            if (envoy && !setup.resumption()) {
                context.put("disable_stateless_session_resumption", true);
                context.put("disable_stateful_session_resumption", true);
            }
            chain.put("transport_socket", tls("DownstreamTlsContext", context));
        }
        return Map.of("name", "bench", "address", socket(setup.listen()), "filter_chains", List.of(chain));
    }

    private static Map<String, Object> cluster(ProxySetup setup, boolean envoy) {
        boolean multiplexed = setup.out() == Hop.MESH && !envoy;
        Map<String, Object> endpoint = new LinkedHashMap<>();
        endpoint.put("endpoint", Map.of("address", socket(setup.upstream())));
        if (multiplexed) {
            endpoint.put("metadata", MESH_ENDPOINT);
        }
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("name", "backend");
        cluster.put("type", "STATIC");
        cluster.put("connect_timeout", "1s");
        cluster.put("lb_policy", "LEAST_REQUEST");
        cluster.put(
                "load_assignment",
                Map.of("cluster_name", "backend", "endpoints", List.of(Map.of("lb_endpoints", List.of(endpoint)))));
        if (setup.out().encrypted()) {
            Map<String, Object> context = new LinkedHashMap<>();
            context.put("common_tls_context", commonTls(setup, multiplexed ? SIDECAR_ALPN : List.of()));
            context.put("sni", "bench.local");
            cluster.put("transport_socket", tls("UpstreamTlsContext", context));
        }
        if (setup.out() == Hop.H2 || setup.out() == Hop.MESH && envoy) {
            String options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
            cluster.put(
                    "typed_extension_protocol_options",
                    Map.of(
                            options,
                            any(options, Map.of("explicit_http_config", Map.of("http2_protocol_options", Map.of())))));
        }
        return cluster;
    }

    private static Map<String, Object> tcpProxy(ProxySetup setup) {
        return typed(
                "envoy.filters.network.tcp_proxy",
                "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                Map.of("stat_prefix", "bench", "cluster", "backend", "access_log", accessLog(setup)));
    }

    private static Map<String, Object> httpConnectionManager(ProxySetup setup) {
        List<Map<String, Object>> routes = new ArrayList<>();
        setup.otherRoutes().forEach(prefix -> routes.add(route(prefix)));
        routes.add(route("/"));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("stat_prefix", "bench");
        fields.put("codec_type", "AUTO");
        fields.put("generate_request_id", false);
        fields.put("access_log", accessLog(setup));
        fields.put(
                "route_config",
                Map.of(
                        "name",
                        "bench",
                        "virtual_hosts",
                        List.of(Map.of("name", "bench", "domains", List.of("*"), "routes", routes))));
        fields.put(
                "http_filters",
                List.of(typed(
                        "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", Map.of())));
        return typed(
                "envoy.filters.network.http_connection_manager",
                "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                fields);
    }

    private static Map<String, Object> route(String prefix) {
        return Map.of("match", Map.of("prefix", prefix), "route", Map.of("cluster", "backend"));
    }

    private static List<Object> accessLog(ProxySetup setup) {
        if (!setup.logged()) {
            return List.of();
        }
        return List.of(typed(
                "envoy.access_loggers.file",
                "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                Map.of("path", setup.accessLog().toString())));
    }

    private static Map<String, Object> commonTls(ProxySetup setup, List<String> alpn) {
        Pki pki = setup.pki();
        Map<String, Object> common = new LinkedHashMap<>();
        common.put(
                "tls_params",
                Map.of("tls_minimum_protocol_version", "TLSv1_3", "tls_maximum_protocol_version", "TLSv1_3"));
        common.put(
                "tls_certificates",
                List.of(Map.of(
                        "certificate_chain",
                                Map.of("filename", pki.certificate().toString()),
                        "private_key", Map.of("filename", pki.key().toString()))));
        common.put(
                "validation_context",
                Map.of(
                        "trusted_ca",
                        Map.of("filename", pki.root().toString()),
                        "match_typed_subject_alt_names",
                        List.of(Map.of("san_type", "URI", "matcher", Map.of("exact", Pki.IDENTITY)))));
        if (!alpn.isEmpty()) {
            common.put("alpn_protocols", alpn);
        }
        return common;
    }

    private static Map<String, Object> tls(String context, Map<String, Object> fields) {
        return typed("envoy.transport_sockets.tls", "envoy.extensions.transport_sockets.tls.v3." + context, fields);
    }

    private static Map<String, Object> socket(int port) {
        return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
    }

    private static Map<String, Object> typed(String name, String type, Map<String, Object> fields) {
        return Map.of("name", name, "typed_config", any(type, fields));
    }

    private static Map<String, Object> any(String type, Map<String, Object> fields) {
        Map<String, Object> any = new LinkedHashMap<>();
        any.put("@type", "type.googleapis.com/" + type);
        any.putAll(fields);
        return any;
    }
}
