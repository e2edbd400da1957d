package dev.weft.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a real Envoy is started from to be a proxy of our mesh: a node as our sidecars have one, and ADS. */
final class EnvoyBootstrap {
    private EnvoyBootstrap() {}

    /** One that applications use as their HTTP proxy. */
    static Map<String, Object> explicit(String namespace, String address, int xds) {
        return of("DELTA_GRPC", "NONE", namespace, address, xds, 0);
    }

    /**
     * @param xds the control plane's plaintext port
     * @param admin Envoy's own, or 0 for none
     */
    static Map<String, Object> of(String apiType, String mode, String namespace, String address, int xds, int admin) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("NAME", "foreign-1");
        metadata.put("NAMESPACE", namespace);
        metadata.put("LABELS", Map.of("app", "foreign"));
        metadata.put("INTERCEPTION_MODE", mode);
        metadata.put("INSTANCE_IPS", address);
        metadata.put("SERVICE_ACCOUNT", "foreign");
        metadata.put("PORTS", "8080");
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("id", "sidecar~" + address + "~foreign-1." + namespace + "~" + namespace + ".svc.cluster.local");
        node.put("cluster", "foreign." + namespace);
        node.put("metadata", metadata);
        Map<String, Object> ads = Map.of("ads", Map.of(), "resource_api_version", "V3");
        Map<String, Object> http2 = Map.of(
                "@type",
                "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config",
                Map.of("http2_protocol_options", Map.of()));
        Map<String, Object> cluster = Map.of(
                "name",
                "xds",
                "type",
                "STATIC",
                "connect_timeout",
                "1s",
                "typed_extension_protocol_options",
                Map.of("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", http2),
                "load_assignment",
                Map.of(
                        "cluster_name",
                        "xds",
                        "endpoints",
                        List.of(Map.of("lb_endpoints", List.of(Map.of("endpoint", Map.of("address", socket(xds))))))));
        Map<String, Object> bootstrap = new LinkedHashMap<>();
        bootstrap.put("node", node);
        if (admin != 0) {
            bootstrap.put("admin", Map.of("address", socket(admin)));
        }
        bootstrap.put(
                "dynamic_resources",
                Map.of(
                        "ads_config",
                        Map.of(
                                "api_type",
                                apiType,
                                "transport_api_version",
                                "V3",
                                "grpc_services",
                                List.of(Map.of("envoy_grpc", Map.of("cluster_name", "xds")))),
                        "cds_config",
                        ads,
                        "lds_config",
                        ads));
        bootstrap.put("static_resources", Map.of("clusters", List.of(cluster)));
        return bootstrap;
    }

    private static Map<String, Object> socket(int port) {
        return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
    }
}
