package dev.weft.translate;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.TargetPort;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Workload;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a Service port: its workloads that serve the target port, by locality.
 *
 * <p>One that is not ready goes as DRAINING, which Envoy neither uses nor counts: the ready ones take all of the load,
 * however few they are (as UNHEALTHY, the sick ones would get their part of it again once half of all are sick: Envoy's
 * panic). Where none is ready there is nothing left to count, and panic tries all of them: a service whose every instance
 * fails its check, perhaps for what they all depend on, is asked and does not vanish. Where callers prefer the near ones, sick
 * ones do go as UNHEALTHY: their share of the load is what the far ones get.
 */
final class Endpoints {
    private Endpoints() {}

    /** Those of a subset, null for the whole Service. */
    static ClusterLoadAssignment of(
            MeshImage image, Service service, @Nullable Subset subset, Service.Port port, LocalitySpread spread) {
        TreeMap<LocalitySpread.Group, LocalityLbEndpoints.Builder> groups = new TreeMap<>();
        for (Workload workload : image.workloads(service.key())) {
            int target = target(port.target(), workload);
            boolean serves = target > 0 && (subset == null || subset.includes(workload));
            LocalitySpread.Group group = serves ? spread.group(workload) : null;
            if (group != null) {
                HealthStatus sick = spread.spillsOver() ? HealthStatus.UNHEALTHY : HealthStatus.DRAINING;
                groups.computeIfAbsent(group, of -> locality(of.locality()))
                        .addLbEndpoints(endpoint(image, workload, target, sick));
            }
        }
        ClusterLoadAssignment.Builder assignment = ClusterLoadAssignment.newBuilder()
                .setClusterName(Names.outbound(port.port(), subset, image.fqdn(service.key())));
        return assignment.addAllEndpoints(spread.arrange(groups)).build();
    }

    /** Where peers connect for the target port, 0 if the workload does not serve it. */
    private static int target(TargetPort target, Workload workload) {
        return switch (target) {
            case TargetPort.Number number -> {
                for (Workload.Port port : workload.ports()) {
                    if (port.port() == number.port()) {
                        yield port.inboundPort();
                    }
                }
                // a workload without ports says nothing about them; one with ports does not serve others
                yield workload.ports().isEmpty() ? number.port() : 0;
            }
            case TargetPort.Name name -> {
                for (Workload.Port port : workload.ports()) {
                    if (port.name().equals(name.name())) {
                        yield port.inboundPort();
                    }
                }
                yield 0;
            }
        };
    }

    private static LocalityLbEndpoints.Builder locality(String locality) {
        LocalityLbEndpoints.Builder builder = LocalityLbEndpoints.newBuilder();
        if (!locality.isEmpty()) {
            String[] parts = locality.split("/", 3);
            builder.setLocality(Locality.newBuilder()
                    .setRegion(parts[0])
                    .setZone(parts.length > 1 ? parts[1] : "")
                    .setSubZone(parts.length > 2 ? parts[2] : ""));
        }
        return builder;
    }

    private static LbEndpoint endpoint(MeshImage image, Workload workload, int port, HealthStatus sick) {
        String version = workload.labels().getOrDefault("version", "latest"); // Istio's word where there is none
        String canonical = workload.service() != null
                ? workload.service()
                : workload.labels().getOrDefault("app", workload.name());
        Metadata.Builder metadata = Metadata.newBuilder()
                // workload;namespace;canonical service;canonical revision;cluster, as Istio writes it
                .putFilterMetadata(
                        "istio",
                        Struct.newBuilder()
                                .putFields(
                                        "workload",
                                        Protos.text(String.join(
                                                ";", workload.name(), workload.namespace(), canonical, version, "")))
                                .build());
        if (workload.tls().isMutual()) {
            Struct.Builder weft = Struct.newBuilder()
                    .putFields("identity", Protos.text(image.identity(workload).toString()));
            if (workload.tls() == Workload.Tls.MULTIPLEXED) {
                weft.putFields("mux", Value.newBuilder().setBoolValue(true).build());
            }
            metadata.putFilterMetadata(
                            "envoy.transport_socket_match",
                            Struct.newBuilder()
                                    .putFields("tlsMode", Protos.text("istio"))
                                    .build())
                    .putFilterMetadata("weft", weft.build());
        }
        return LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder().setAddress(Protos.address(workload.address(), port)))
                .setHealthStatus(workload.ready() ? HealthStatus.HEALTHY : sick)
                .setLoadBalancingWeight(Protos.number(workload.weight()))
                .setMetadata(metadata)
                .build();
    }
}
