package dev.weft.bench;

import dev.weft.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration of each proxy for one case: all do the same work, one worker, no access log. */
final class PeerConfigs {
    private static final String SUITES = "TLS_AES_128_GCM_SHA256";

    private PeerConfigs() {}

    /** Where a proxy listens and sends to, both on loopback. */
    record Ports(int listen, int upstream, int admin) {}

    static String haproxy(BenchCase.Shape shape, Ports ports, Pki pki) {
        String tlsIn = " ssl crt " + pki.both() + " ca-file " + pki.root()
                + " verify required ssl-min-ver TLSv1.3 ciphersuites " + SUITES;
        String tlsOut = " ssl crt " + pki.both() + " ca-file " + pki.root()
                + " verify required verifyhost bench.local ssl-min-ver TLSv1.3" + " ciphersuites " + SUITES;
        return haproxyGlobal()
                + haproxySection(
                        "bench",
                        shape == BenchCase.Shape.TCP ? "tcp" : "http",
                        "127.0.0.1:" + ports.listen() + (shape == BenchCase.Shape.MTLS_IN ? tlsIn : ""),
                        "127.0.0.1:" + ports.upstream() + (shape == BenchCase.Shape.MTLS_OUT ? tlsOut : ""));
    }

    private static String haproxyGlobal() {
        return """
                global
                    nbthread 1
                    maxconn 4096
                    tune.ssl.default-dh-param 2048
                defaults
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                    option http-keep-alive
                    http-reuse always
                """;
    }

    private static String haproxySection(String name, String mode, String bind, String server) {
        return """
                listen %s
                    mode %s
                    bind %s
                    server s %s
                """.formatted(name, mode, bind, server);
    }

    /** The fixed peer of the TLS cases: ends TLS from the measured proxy, or begins it towards each ({@code in → to}). */
    static String tlsPeer(BenchCase.Shape shape, Map<Integer, Integer> inTo, Pki pki) {
        StringBuilder text = new StringBuilder(haproxyGlobal());
        Pki all = pki;
        inTo.forEach((in, to) -> {
            // Seen from the far side: it ends what MTLS_OUT begins, and begins what MTLS_IN ends.
            BenchCase.Shape mirrored =
                    shape == BenchCase.Shape.MTLS_OUT ? BenchCase.Shape.MTLS_IN : BenchCase.Shape.MTLS_OUT;
            String section = haproxy(mirrored, new Ports(in, to, 0), all);
            text.append(section.substring(section.indexOf("listen ")).replaceFirst("listen bench", "listen peer" + in));
        });
        return text.toString();
    }

    static String nginx(BenchCase.Shape shape, Ports ports, Pki pki, String folder, boolean streamModule) {
        String events = """
                daemon off;
                master_process off;
                worker_processes 1;
                pid %s/nginx.pid;
                error_log %s/nginx.err error;
                events { worker_connections 4096; }
                """.formatted(folder, folder);
        String module = streamModule ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n" : "";
        if (shape == BenchCase.Shape.TCP) {
            return module + events + """
                    stream {
                        server { listen 127.0.0.1:%d; proxy_pass 127.0.0.1:%d; }
                    }
                    """.formatted(ports.listen(), ports.upstream());
        }
        boolean in = shape == BenchCase.Shape.MTLS_IN;
        boolean out = shape == BenchCase.Shape.MTLS_OUT;
        String tlsIn = in ? """
                    ssl_certificate %s; ssl_certificate_key %s; ssl_client_certificate %s; ssl_verify_client on; ssl_verify_depth 2;
                    ssl_protocols TLSv1.3; ssl_session_tickets off; ssl_conf_command Ciphersuites %s;
                    """.formatted(pki.certificate(), pki.key(), pki.root(), SUITES) : "";
        String tlsOut = out ? """
                    proxy_ssl_certificate %s; proxy_ssl_certificate_key %s; proxy_ssl_trusted_certificate %s; proxy_ssl_verify on;
                    proxy_ssl_name bench.local; proxy_ssl_protocols TLSv1.3;
                    """.formatted(pki.certificate(), pki.key(), pki.root()) : "";
        return events
                + """
                http {
                    access_log off;
                    client_body_temp_path %2$s/body; proxy_temp_path %2$s/proxy;
                    fastcgi_temp_path %2$s/f; uwsgi_temp_path %2$s/u; scgi_temp_path %2$s/s;
                    keepalive_requests 100000000;
                    upstream backend { server 127.0.0.1:%3$d; keepalive 512; keepalive_requests 100000000; }
                    server {
                        listen 127.0.0.1:%1$d%4$s;
                        %5$s
                        location / {
                            proxy_pass %6$s://backend;
                            proxy_http_version 1.1;
                            proxy_set_header Connection "";
                            proxy_set_header Host $host;
                            proxy_buffer_size 16k;
                            proxy_buffers 8 16k;
                            %7$s
                        }
                    }
                }
                """.formatted(
                                ports.listen(),
                                folder,
                                ports.upstream(),
                                in ? " ssl" : "",
                                tlsIn,
                                out ? "https" : "http",
                                tlsOut);
    }

    /** One bootstrap for Envoy and for Weft: one listener, one route, one static cluster, least request, router only. */
    static String envoy(BenchCase.Shape shape, Ports ports, Pki pki) {
        Map<String, Object> chain = new LinkedHashMap<>();
        chain.put("filters", List.of(shape == BenchCase.Shape.TCP ? tcpProxy() : httpConnectionManager()));
        if (shape == BenchCase.Shape.MTLS_IN) {
            chain.put("transport_socket", tls("DownstreamTlsContext", Map.of("require_client_certificate", true), pki));
        }
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("name", "backend");
        cluster.put("type", "STATIC");
        cluster.put("connect_timeout", "1s");
        cluster.put("lb_policy", "LEAST_REQUEST");
        cluster.put(
                "load_assignment",
                Map.of(
                        "cluster_name",
                        "backend",
                        "endpoints",
                        List.of(Map.of(
                                "lb_endpoints",
                                List.of(Map.of("endpoint", Map.of("address", socket(ports.upstream()))))))));
        if (shape == BenchCase.Shape.MTLS_OUT) {
            cluster.put("transport_socket", tls("UpstreamTlsContext", Map.of("sni", "bench.local"), pki));
        }
        Map<String, Object> bootstrap = new LinkedHashMap<>();
        bootstrap.put("node", Map.of("id", "bench", "cluster", "bench"));
        bootstrap.put("admin", Map.of("address", socket(ports.admin())));
        bootstrap.put(
                "static_resources",
                Map.of(
                        "listeners",
                        List.of(Map.of(
                                "name", "bench", "address", socket(ports.listen()), "filter_chains", List.of(chain))),
                        "clusters",
                        List.of(cluster)));
        return Json.writePretty(bootstrap);
    }

    private static Map<String, Object> socket(int port) {
        return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
    }

    private static Map<String, Object> tcpProxy() {
        return typed(
                "envoy.filters.network.tcp_proxy",
                "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                Map.of("stat_prefix", "bench", "cluster", "backend"));
    }

    private static Map<String, Object> httpConnectionManager() {
        Map<String, Object> route = Map.of("match", Map.of("prefix", "/"), "route", Map.of("cluster", "backend"));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("stat_prefix", "bench");
        fields.put("codec_type", "AUTO");
        fields.put("generate_request_id", false);
        fields.put(
                "route_config",
                Map.of(
                        "name",
                        "bench",
                        "virtual_hosts",
                        List.of(Map.of("name", "bench", "domains", List.of("*"), "routes", List.of(route)))));
        fields.put(
                "http_filters",
                List.of(typed(
                        "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", Map.of())));
        return typed(
                "envoy.filters.network.http_connection_manager",
                "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                fields);
    }

    private static Map<String, Object> tls(String context, Map<String, Object> more, Pki pki) {
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
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("common_tls_context", common);
        fields.putAll(more);
        return typed("envoy.transport_sockets.tls", "envoy.extensions.transport_sockets.tls.v3." + context, fields);
    }

    private static Map<String, Object> typed(String name, String type, Map<String, Object> fields) {
        Map<String, Object> any = new LinkedHashMap<>();
        any.put("@type", "type.googleapis.com/" + type);
        any.putAll(fields);
        return Map.of("name", name, "typed_config", any);
    }

    /** The folders nginx writes bodies to; it does not make their parents. */
    static List<String> nginxFolders() {
        return new ArrayList<>(List.of("body", "proxy", "f", "u", "s"));
    }
}
