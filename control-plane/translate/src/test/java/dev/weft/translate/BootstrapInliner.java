package dev.weft.translate;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.base.Json;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole set of resources as one Envoy bootstrap: routes inline in their listeners and endpoints inline in their clusters,
 * because what is behind RDS and EDS is not looked at by {@code envoy --mode validate}. Secrets are static ones of the same
 * names: Envoy 1.40 crashes while it validates a static cluster whose secrets come over ADS.
 */
final class BootstrapInliner {
    private final XdsResources resources;

    private final TestCertificate certificate;

    BootstrapInliner(XdsResources resources, TestCertificate certificate) {
        this.resources = resources;
        this.certificate = certificate;
    }

    String bootstrap() {
        List<Object> listeners = new ArrayList<>();
        resources
                .listeners()
                .values()
                .forEach(l -> listeners.add(XdsJson.json(inline(XdsJson.message(l, Listener.class)))));
        List<Object> clusters = new ArrayList<>();
        resources
                .clusters()
                .values()
                .forEach(c -> clusters.add(XdsJson.json(inline(XdsJson.message(c, Cluster.class)))));
        Map<String, Object> chain = Map.of("inline_string", certificate.certificate());
        Object own = Map.of(
                "name",
                "default",
                "tls_certificate",
                Map.of("certificate_chain", chain, "private_key", Map.of("inline_string", certificate.key())));
        Object roots = Map.of("name", "ROOTCA", "validation_context", Map.of("trusted_ca", chain));
        return Json.writePretty(withStaticSecrets(Map.of(
                "node", Map.of("id", "sidecar~10.0.0.1~test.shop~shop.svc.cluster.local", "cluster", "test.shop"),
                "static_resources",
                        Map.of("listeners", listeners, "clusters", clusters, "secrets", List.of(own, roots)))));
    }

    /** The same JSON without {@code sds_config}: a secret's name alone means a static one. */
    private static Object withStaticSecrets(Object json) {
        if (json instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>(map);
            copy.remove("sds_config");
            copy.replaceAll((name, value) -> withStaticSecrets(value));
            return copy;
        }
        return json instanceof List<?> list
                ? list.stream().map(BootstrapInliner::withStaticSecrets).toList()
                : json;
    }

    private Listener inline(Listener listener) {
        Listener.Builder builder = listener.toBuilder();
        builder.getFilterChainsBuilderList().forEach(this::inline);
        if (builder.hasDefaultFilterChain()) {
            inline(builder.getDefaultFilterChainBuilder());
        }
        return builder.build();
    }

    private void inline(FilterChain.Builder chain) {
        for (Filter.Builder filter : chain.getFiltersBuilderList()) {
            try {
                if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                    HttpConnectionManager.Builder manager =
                            filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
                    if (manager.hasRds()) {
                        XdsResource routes =
                                resources.routes().get(manager.getRds().getRouteConfigName());
                        manager.setRouteConfig(XdsJson.message(routes, RouteConfiguration.class));
                        filter.setTypedConfig(Protos.pack(manager.build()));
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Cluster inline(Cluster cluster) {
        if (!cluster.hasEdsClusterConfig()) {
            return cluster;
        }
        XdsResource endpoints =
                resources.endpoints().get(cluster.getEdsClusterConfig().getServiceName());
        return cluster.toBuilder()
                .setType(Cluster.DiscoveryType.STATIC)
                .clearEdsClusterConfig()
                .setLoadAssignment(XdsJson.message(endpoints, ClusterLoadAssignment.class).toBuilder()
                        .setClusterName(cluster.getName()))
                .build();
    }
}
