package dev.weft.proxy;

import dev.weft.balance.HealthFlag;
import dev.weft.proxycore.Engine;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.CircuitBreakers;
import dev.weft.xdsmodel.Cluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code /clusters} in the formats of Envoy: {@code cluster::address::name::value} lines, or {@code envoy.admin.v3.Clusters}. */
final class ClustersPage {
    private static final Map<HealthFlag, String> JSON_NAMES = new EnumMap<>(Map.of(
            HealthFlag.FAILED_ACTIVE_HC,
            "failed_active_health_check",
            HealthFlag.FAILED_OUTLIER_CHECK,
            "failed_outlier_check",
            HealthFlag.DEGRADED_ACTIVE_HC,
            "failed_active_degraded_check",
            HealthFlag.PENDING_DYNAMIC_REMOVAL,
            "pending_dynamic_removal",
            HealthFlag.PENDING_ACTIVE_HC,
            "pending_active_hc",
            HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL,
            "excluded_via_immediate_hc_fail",
            HealthFlag.ACTIVE_HC_TIMEOUT,
            "active_hc_timeout"));

    private ClustersPage() {}

    static AdminResponse answer(Engine engine, AdminRequest request) {
        Map<String, ClusterRuntime> clusters = new TreeMap<>();
        engine.clusters().forEach(cluster -> clusters.put(cluster.name(), cluster));
        if ("json".equals(request.parameter("format"))) {
            List<Object> statuses = new ArrayList<>();
            clusters.values().forEach(cluster -> statuses.add(json(cluster)));
            return AdminResponse.json(Map.of("cluster_statuses", statuses));
        }
        StringBuilder out = new StringBuilder();
        clusters.values().forEach(cluster -> text(cluster, out));
        return AdminResponse.text(out.toString());
    }

    private static Collection<EndpointRuntime> endpoints(ClusterRuntime cluster) {
        return cluster.isOriginalDst()
                ? cluster.originalDestinations()
                : cluster.hosts().all();
    }

    private static boolean isDynamic(ClusterRuntime cluster) {
        return cluster.config().type() == Cluster.DiscoveryType.EDS;
    }

    private static void text(ClusterRuntime cluster, StringBuilder out) {
        String name = cluster.name();
        CircuitBreakers.Thresholds limits = cluster.config().circuitBreakers().normal();
        line(
                out,
                name,
                "observability_name",
                cluster.config().altStatName().isEmpty()
                        ? name
                        : cluster.config().altStatName());
        line(out, name, "default_priority::max_connections", limits.maxConnections());
        line(out, name, "default_priority::max_pending_requests", limits.maxPendingRequests());
        line(out, name, "default_priority::max_requests", limits.maxRequests());
        line(out, name, "default_priority::max_retries", limits.maxRetries());
        line(out, name, "added_via_api", isDynamic(cluster));
        for (EndpointRuntime endpoint : endpoints(cluster)) {
            String host = name + "::" + endpoint.address();
            line(out, host, "rq_active", endpoint.activeRequests());
            line(out, host, "hostname", endpoint.config().hostname());
            line(out, host, "health_flags", flags(endpoint));
            line(out, host, "weight", endpoint.weight());
            line(out, host, "priority", endpoint.priority());
            line(out, host, "tls", endpoint.isTls());
            if (endpoint.expectedIdentity() != null) {
                line(out, host, "identity", endpoint.expectedIdentity());
            }
        }
    }

    private static void line(StringBuilder out, String subject, String name, Object value) {
        out.append(subject).append("::").append(name).append("::").append(value).append('\n');
    }

    private static String flags(EndpointRuntime endpoint) {
        StringBuilder flags = new StringBuilder();
        for (HealthFlag flag : HealthFlag.values()) {
            if (endpoint.has(flag)) {
                flags.append('/').append(flag.name().toLowerCase(Locale.ROOT));
            }
        }
        return flags.isEmpty() ? "healthy" : flags.toString();
    }

    private static Map<String, Object> json(ClusterRuntime cluster) {
        List<Object> hosts = new ArrayList<>();
        for (EndpointRuntime endpoint : endpoints(cluster)) {
            Map<String, Object> socket = new LinkedHashMap<>();
            socket.put("address", endpoint.address().host());
            socket.put("port_value", endpoint.address().port());
            Map<String, Object> host = new LinkedHashMap<>();
            host.put("address", Map.of("socket_address", socket));
            host.put(
                    "stats",
                    List.of(Map.of(
                            "type",
                            "GAUGE",
                            "name",
                            "rq_active",
                            "value",
                            Integer.toString(endpoint.activeRequests()))));
            host.put("health_status", healthStatus(endpoint));
            host.put("weight", endpoint.weight());
            host.put("hostname", endpoint.config().hostname());
            host.put("priority", endpoint.priority());
            hosts.add(host);
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("name", cluster.name());
        status.put("added_via_api", isDynamic(cluster));
        status.put("host_statuses", hosts);
        status.put(
                "observability_name",
                cluster.config().altStatName().isEmpty()
                        ? cluster.name()
                        : cluster.config().altStatName());
        return status;
    }

    /** {@code envoy.admin.v3.HostHealthStatus}, whose names are not those of the flags. */
    private static Map<String, Object> healthStatus(EndpointRuntime endpoint) {
        Map<String, Object> status = new LinkedHashMap<>();
        JSON_NAMES.forEach((flag, name) -> {
            if (endpoint.has(flag)) {
                status.put(name, true);
            }
        });
        status.put(
                "eds_health_status",
                endpoint.has(HealthFlag.FAILED_EDS_HEALTH)
                        ? "UNHEALTHY"
                        : endpoint.has(HealthFlag.EDS_STATUS_DRAINING)
                                ? "DRAINING"
                                : endpoint.has(HealthFlag.DEGRADED_EDS_HEALTH) ? "DEGRADED" : "HEALTHY");
        return status;
    }
}
