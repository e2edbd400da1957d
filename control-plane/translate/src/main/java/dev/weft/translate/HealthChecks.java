package dev.weft.translate;

import dev.weft.meshmodel.HealthCheck;
import dev.weft.meshmodel.Service.Protocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the caller's side. Those through sidecars go over mutual TLS to the application; a TCP check ends at the sidecar
 * and says nothing of what is behind it.
 */
final class HealthChecks {
    private HealthChecks() {}

    /** Adds a check to a cluster; gRPC only where HTTP/2 is spoken, as Envoy would refuse the cluster. */
    static void add(Cluster.Builder cluster, @Nullable HealthCheck check, Protocol protocol, String fqdn) {
        boolean http2 = protocol == Protocol.HTTP2 || protocol == Protocol.GRPC;
        if (check == null || check.kind() instanceof HealthCheck.Grpc && !http2) {
            return;
        }
        io.envoyproxy.envoy.config.core.v3.HealthCheck.Builder built =
                io.envoyproxy.envoy.config.core.v3.HealthCheck.newBuilder()
                        .setInterval(Protos.duration(check.interval()))
                        // Envoy's own default is a minute: an instance that fell ill meanwhile would get the first
                        // requests
                        .setNoTrafficInterval(Protos.duration(check.interval()))
                        .setTimeout(Protos.duration(check.timeout()))
                        .setHealthyThreshold(Protos.number(check.healthyThreshold()))
                        .setUnhealthyThreshold(Protos.number(check.unhealthyThreshold()));
        switch (check.kind()) {
            case HealthCheck.Http http -> built.setHttpHealthCheck(http(http, http2, fqdn));
            case HealthCheck.Grpc grpc ->
                built.setGrpcHealthCheck(io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck.newBuilder()
                        .setServiceName(grpc.service())
                        .setAuthority(fqdn));
            case HealthCheck.Tcp tcp ->
                built.setTcpHealthCheck(
                        io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck.getDefaultInstance());
        }
        // whoever has left the mesh is gone, whatever a check says
        cluster.addHealthChecks(built).setIgnoreHealthOnHostRemoval(true);
    }

    private static io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck http(
            HealthCheck.Http http, boolean http2, String fqdn) {
        io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck.Builder built =
                io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck.newBuilder()
                        .setPath(http.path())
                        .setHost(http.host() == null ? fqdn : http.host())
                        .setCodecClientType(http2 ? CodecClientType.HTTP2 : CodecClientType.HTTP1);
        if (http.expectedStatuses().isEmpty()) {
            built.addExpectedStatuses(Int64Range.newBuilder().setStart(200).setEnd(300));
        }
        for (int status : http.expectedStatuses()) {
            built.addExpectedStatuses(Int64Range.newBuilder().setStart(status).setEnd(status + 1));
        }
        return built.build();
    }
}
