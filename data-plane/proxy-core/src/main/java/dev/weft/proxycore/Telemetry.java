package dev.weft.proxycore;

import dev.weft.base.SpiffeId;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.TrafficDirection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Istio's standard metrics. The label sets of an edge are built once and kept where the next request finds them without
 * a look-up: at the endpoint (outbound), at the cluster (nothing reached) or at the connection (inbound).
 *
 * <p>Threads: any loop; building an edge locks, using it does not.
 */
final class Telemetry {
    private static final String UNKNOWN = "unknown";

    /** One end of an edge. */
    private record Party(WorkloadLabels labels, String principal) {}

    /** The addressed service. */
    private record Service(String host, String name, String namespace) {
        static final Service UNKNOWN_SERVICE = new Service(UNKNOWN, UNKNOWN, UNKNOWN);
    }

    private record InboundKey(WorkloadLabels source, String principal, boolean tls, String cluster) {}

    private final StatsRegistry stats;
    private final WorkloadLabels self;
    private final String principal; // ours, where the connection shows it
    private final Map<InboundKey, Edge> inbound = new ConcurrentHashMap<>();
    private final Edge nowhere;

    /** @param principal our own identity, empty when there is none */
    Telemetry(StatsRegistry stats, WorkloadLabels self, String principal) {
        this.stats = stats;
        this.principal = principal.isEmpty() ? UNKNOWN : principal;
        this.self = self;
        this.nowhere = edge(
                "source",
                new Party(self, UNKNOWN),
                new Party(WorkloadLabels.UNKNOWN, UNKNOWN),
                Service.UNKNOWN_SERVICE,
                UNKNOWN);
    }

    /** The edge of a request or connection that goes out from here. */
    Edge outbound(@Nullable ClusterRuntime cluster, @Nullable EndpointRuntime endpoint) {
        if (endpoint != null) {
            return endpoint.telemetry() instanceof Edge known ? known : endpointEdge(endpoint);
        }
        if (cluster != null) {
            return cluster.telemetry() instanceof Edge known ? known : clusterEdge(cluster);
        }
        return nowhere;
    }

    private Edge endpointEdge(EndpointRuntime endpoint) {
        String described = endpoint.config().metadata().string("istio", "workload");
        WorkloadLabels destination = described == null ? WorkloadLabels.UNKNOWN : WorkloadLabels.parse(described);
        SpiffeId identity = endpoint.expectedIdentity();
        Edge made = edge(
                "source",
                new Party(self, endpoint.isTls() ? principal : UNKNOWN),
                new Party(destination, identity == null ? UNKNOWN : identity.toString()),
                service(endpoint.cluster()),
                endpoint.isTls() ? "mutual_tls" : "none");
        endpoint.telemetry(made);
        return made;
    }

    private Edge clusterEdge(ClusterRuntime cluster) {
        Edge made = edge(
                "source",
                new Party(self, UNKNOWN),
                new Party(WorkloadLabels.UNKNOWN, UNKNOWN),
                service(cluster),
                UNKNOWN);
        cluster.telemetry(made);
        return made;
    }

    /** The edge of a request or connection from a peer to the workload we stand beside. */
    Edge inbound(Peer peer, WorkloadLabels source, @Nullable ClusterRuntime cluster) {
        String name = cluster == null ? "" : cluster.name();
        return inbound.computeIfAbsent(new InboundKey(source, peer.principal(), peer.tls(), name), key -> {
            Service addressed = cluster == null ? Service.UNKNOWN_SERVICE : service(cluster);
            Service service =
                    addressed.host().equals(UNKNOWN) || addressed.host().equals(name)
                            ? new Service(
                                    self.service() + "." + self.namespace() + ".svc.cluster.local",
                                    self.service(),
                                    self.namespace())
                            : addressed;
            String policy = peer.identity() != null ? "mutual_tls" : "none";
            return edge(
                    "destination",
                    new Party(source, peer.principal().isEmpty() ? UNKNOWN : peer.principal()),
                    new Party(self, peer.localPrincipal().isEmpty() ? UNKNOWN : peer.localPrincipal()),
                    service,
                    policy);
        });
    }

    /** Whether traffic of that direction is reported by its destination. */
    static boolean isInbound(TrafficDirection direction) {
        return direction == TrafficDirection.INBOUND;
    }

    /** From the cluster's metadata {@code istio: {services: [{host, name, namespace}]}}, else from its name. */
    private static Service service(ClusterRuntime cluster) {
        if (cluster.config().metadata().of("istio").get("services") instanceof List<?> services
                && !services.isEmpty()
                && services.get(0) instanceof Map<?, ?> first) {
            return new Service(text(first, "host"), text(first, "name"), text(first, "namespace"));
        }
        String[] parts = cluster.name().split("\\|", -1);
        if (parts.length == 4 && !parts[3].isEmpty()) {
            String[] labels = parts[3].split("\\.", -1);
            return new Service(parts[3], labels[0], labels.length > 1 ? labels[1] : UNKNOWN);
        }
        return new Service(cluster.name(), cluster.name(), UNKNOWN);
    }

    private static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String value ? value : UNKNOWN;
    }

    private Edge edge(String reporter, Party source, Party destination, Service service, String policy) {
        WorkloadLabels from = source.labels();
        WorkloadLabels to = destination.labels();
        return new Edge(
                stats,
                "reporter",
                reporter,
                "source_workload",
                from.workload(),
                "source_workload_namespace",
                from.namespace(),
                "source_principal",
                source.principal(),
                "source_app",
                from.service(),
                "source_version",
                from.revision(),
                "source_canonical_service",
                from.service(),
                "source_canonical_revision",
                from.revision(),
                "source_cluster",
                from.cluster(),
                "destination_workload",
                to.workload(),
                "destination_workload_namespace",
                to.namespace(),
                "destination_principal",
                destination.principal(),
                "destination_app",
                to.service(),
                "destination_version",
                to.revision(),
                "destination_service",
                service.host(),
                "destination_service_name",
                service.name(),
                "destination_service_namespace",
                service.namespace(),
                "destination_canonical_service",
                to.service(),
                "destination_canonical_revision",
                to.revision(),
                "destination_cluster",
                to.cluster(),
                "connection_security_policy",
                policy);
    }
}
