package dev.weft.xdsmodel;

import dev.weft.base.Address;
import dev.weft.base.Locality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.bootstrap.v3.Bootstrap} to {@link Bootstrap}. */
final class BootstrapParser {
    static final String MESSAGE = "envoy.config.bootstrap.v3.Bootstrap";

    private BootstrapParser() {}

    static Bootstrap parse(MessageView view) {
        MessageView fixed = view.messageOrEmpty("static_resources");
        Map<String, Listener> listeners = new LinkedHashMap<>();
        for (MessageView resource : fixed.messages("listeners")) {
            Listener listener = ListenerParser.parse(resource);
            // Envoy makes a name up for a listener without one.
            String name = listener.name().isEmpty() ? "listener-" + listener.address() : listener.name();
            put(resource, listeners, name, listener);
        }
        Map<String, Cluster> clusters = new LinkedHashMap<>();
        for (MessageView resource : fixed.messages("clusters")) {
            Cluster cluster = ClusterParser.parse(resource);
            put(resource, clusters, cluster.name(), cluster);
        }
        Map<String, Secret> secrets = new LinkedHashMap<>();
        for (MessageView resource : fixed.messages("secrets")) {
            Secret secret = TlsParser.secret(resource);
            if (secret != null) {
                put(resource, secrets, secret.name(), secret);
            }
        }
        Bootstrap.Ads ads = dynamic(view.message("dynamic_resources"), clusters.keySet());
        if (ads == null) {
            checkReferences(fixed, listeners, clusters.keySet());
        }
        MessageView node = view.message("node");
        return new Bootstrap(
                node == null ? Node.NONE : node(node),
                view.messageOrEmpty("cluster_manager").string("local_cluster_name"),
                admin(view.message("admin")),
                new XdsSnapshot(0, listeners, Map.of(), clusters, Map.of(), secrets),
                ads);
    }

    private static <T> void put(MessageView view, Map<String, T> into, String name, T resource) {
        if (into.putIfAbsent(name, resource) != null) {
            view.error("name", "duplicate", "'" + name + "' is there twice", "");
        }
    }

    /** Without xDS nothing can bring a missing cluster later: Envoy refuses such a bootstrap too. */
    private static void checkReferences(MessageView view, Map<String, Listener> listeners, Set<String> clusters) {
        List<MessageView> views = view.messages("listeners");
        int i = 0;
        for (Listener listener : listeners.values()) {
            if (i >= views.size()) {
                return;
            }
            MessageView at = views.get(i++);
            for (int c = 0; c < listener.filterChains().size(); c++) {
                checkChain(
                        at, "filter_chains[" + c + "]", listener.filterChains().get(c), clusters);
            }
            if (listener.defaultFilterChain() != null) {
                checkChain(at, "default_filter_chain", listener.defaultFilterChain(), clusters);
            }
        }
    }

    private static void checkChain(MessageView at, String path, FilterChain chain, Set<String> clusters) {
        for (int f = 0; f < chain.filters().size(); f++) {
            String filter = path + ".filters[" + f + "].typed_config";
            NetworkFilter last = chain.filters().get(f);
            if (last instanceof TcpProxy tcp) {
                checkNames(at, filter, names(tcp.cluster()), clusters);
            } else if (last instanceof HttpConnectionManager http) {
                if (http.routes() instanceof RouteSource.Inline inline) {
                    checkRoutes(at, filter + ".route_config", inline.routes(), clusters);
                } else if (http.routes() instanceof RouteSource.Rds rds) {
                    at.error(
                            filter + ".rds",
                            "invalid-value",
                            "routes '" + rds.routeConfigName() + "' come over RDS, but there is no ads_config",
                            "add dynamic_resources.ads_config or write route_config");
                }
            }
        }
    }

    private static void checkRoutes(MessageView at, String path, RouteConfiguration routes, Set<String> clusters) {
        for (int h = 0; h < routes.virtualHosts().size(); h++) {
            VirtualHost host = routes.virtualHosts().get(h);
            for (int r = 0; r < host.routes().size(); r++) {
                if (host.routes().get(r).action() instanceof RouteAction.Forward forward) {
                    String route = path + ".virtual_hosts[" + h + "].routes[" + r + "].route";
                    checkNames(at, route, forward.clusterNames(), clusters);
                    List<String> mirrors = forward.mirrors().stream()
                            .map(RouteAction.Mirror::cluster)
                            .filter(name -> !name.isEmpty())
                            .toList();
                    checkNames(at, route + ".request_mirror_policies", mirrors, clusters);
                }
            }
        }
    }

    private static void checkNames(MessageView at, String path, List<String> names, Set<String> clusters) {
        for (String name : names) {
            if (!clusters.contains(name)) {
                at.error(path, "unknown-cluster", "no static cluster is named '" + name + "'", "");
            }
        }
    }

    private static List<String> names(ClusterSpecifier cluster) {
        return cluster.names();
    }

    static Node node(MessageView view) {
        // What Envoy says of itself; Weft says its own.
        view.string("user_agent_name");
        view.which("user_agent_version_type");
        view.strings("client_features");
        MessageView locality = view.message("locality");
        return new Node(
                view.string("id"),
                view.string("cluster"),
                locality == null ? Locality.UNKNOWN : EndpointParser.locality(locality),
                view.struct("metadata"));
    }

    private static Bootstrap.@Nullable Admin admin(@Nullable MessageView view) {
        if (view == null || view.message("address") == null) {
            return null;
        }
        view.string("profile_path"); // of a CPU profiler Weft does not have
        Address address = CommonParser.address(view.messageOrEmpty("address"));
        List<AccessLog> logs = new ArrayList<>(AccessLogParser.parse(view, "access_log"));
        String path = view.string("access_log_path");
        if (!path.isEmpty()) {
            logs.add(new AccessLog(new AccessLog.Destination.File(path), new AccessLog.Format.Standard()));
        }
        return new Bootstrap.Admin(address, logs);
    }

    private static Bootstrap.@Nullable Ads dynamic(@Nullable MessageView view, Set<String> clusters) {
        if (view == null) {
            return null;
        }
        MessageView listeners = view.message("lds_config");
        MessageView clusterConfig = view.message("cds_config");
        if (listeners != null) {
            CommonParser.requireAds(view, "lds_config");
        }
        if (clusterConfig != null) {
            CommonParser.requireAds(view, "cds_config");
        }
        MessageView ads = view.message("ads_config");
        if (ads == null) {
            if (listeners != null || clusterConfig != null) {
                view.error("ads_config", "required", "lds_config and cds_config need it", "");
            }
            return null;
        }
        String type = ads.enumName("api_type");
        if (!type.equals("GRPC") && !type.equals("DELTA_GRPC")) {
            ads.error("api_type", "unsupported-value", type + " is not supported", "use GRPC or DELTA_GRPC");
        }
        if (!ads.enumName("transport_api_version").equals("V3")) {
            ads.error("transport_api_version", "unsupported-value", "only V3 is supported", "set it to V3");
        }
        ads.bool("set_node_on_first_message_only"); // Weft sends it once in any case
        List<MessageView> services = ads.messages("grpc_services");
        if (services.size() != 1) {
            ads.error("grpc_services", "required", "exactly one is needed, not " + services.size(), "");
            return null;
        }
        return ads(services.get(0), type.equals("DELTA_GRPC"), clusters, listeners != null, clusterConfig != null);
    }

    private static Bootstrap.@Nullable Ads ads(
            MessageView service, boolean delta, Set<String> clusters, boolean listeners, boolean clusterConfig) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (MessageView header : service.messages("initial_metadata")) {
            metadata.put(header.string("key"), header.string("value"));
        }
        service.durationOrNull("timeout"); // a stream has none
        String kind = service.which("target_specifier");
        if (kind == null) {
            return null;
        }
        if (!kind.equals("envoy_grpc")) {
            CommonParser.unsupported(service, kind);
            return null;
        }
        MessageView target = service.messageOrEmpty(kind);
        String cluster = target.string("cluster_name");
        if (!cluster.isEmpty() && !clusters.contains(cluster)) {
            target.error("cluster_name", "unknown-cluster", "no static cluster is named '" + cluster + "'", "");
        }
        return new Bootstrap.Ads(delta, cluster, target.string("authority"), metadata, listeners, clusterConfig);
    }
}
