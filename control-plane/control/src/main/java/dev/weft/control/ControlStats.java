package dev.weft.control;

import dev.weft.ca.CertificateIssuer;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsserver.SessionStatus;
import dev.weft.xdsserver.XdsServer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** What the control plane tells Prometheus. Values are read when scraped. */
final class ControlStats {
    private ControlStats() {}

    static StatsRegistry of(
            MeshLoop mesh, ProxySessions sessions, XdsServer xds, CertificateIssuer issuer, ServingIdentity serving) {
        StatsRegistry stats = new StatsRegistry(1);
        stats.gauge(
                "weft_xds_streams", "Open xDS streams", () -> sessions.open().size());
        stats.gauge(
                "weft_xds_classes",
                "Classes of proxies that share a view",
                () -> xds.classesInUse().size());
        stats.counter("weft_xds_streams_opened_total", "xDS streams accepted", xds.stats()::opened);
        stats.counter("weft_xds_streams_refused_total", "xDS streams refused", xds.stats()::refused);
        stats.counter("weft_xds_requests_total", "Messages from proxies", xds.stats()::requests);
        stats.counter("weft_xds_responses_total", "Messages to proxies", xds.stats()::responses);
        stats.counter("weft_xds_resources_total", "Resources sent to proxies", xds.stats()::resources);
        stats.counter("weft_xds_sent_bytes_total", "Bytes of messages to proxies", xds.stats()::bytes);
        stats.counter("weft_xds_acks_total", "Responses acknowledged", xds.stats()::acks);
        stats.counter("weft_xds_rejects_total", "Responses rejected by proxies", xds.stats()::rejections);
        stats.gauge("weft_xds_proxies_rejecting", "Proxies that reject something now", () -> rejecting(xds));
        stats.gauge(
                "weft_mesh_version", "Version of the mesh", () -> mesh.image().version());
        stats.gauge(
                "weft_mesh_services", "Services", () -> mesh.image().services().size());
        stats.gauge(
                "weft_mesh_workloads",
                "Workloads",
                () -> mesh.image().workloads().size());
        stats.counter("weft_mesh_batches_total", "Batches of changes applied", mesh::batches);
        stats.gauge(
                "weft_config_errors",
                "Errors in configuration documents",
                () -> mesh.sourceDiagnostics().stream().filter(d -> d.isError()).count());
        stats.gauge(
                "weft_config_held",
                "Whether a change of configuration is held",
                () -> mesh.held().isEmpty() ? 0 : 1);
        stats.counter("weft_ca_issued_total", "Certificates issued", issuer::issuedCount);
        stats.counter("weft_ca_refused_total", "Certificate requests refused", issuer::refusedCount);
        stats.counter(
                "weft_ca_request_names_ignored_total",
                "Requests that asked for other names than their caller has",
                issuer::ignoredNamesCount);
        stats.gauge(
                "weft_ca_root_expiry_seconds",
                "When the root certificate ends, Unix time",
                () -> issuer.authority().root().getNotAfter().getTime() / 1000);
        stats.gauge(
                "weft_ca_own_expiry_seconds",
                "When the control plane's own certificate ends, Unix time",
                () -> serving.certificate().getNotAfter().getTime() / 1000);
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        stats.gauge(
                "jvm_memory_heap_used_bytes",
                "Heap in use",
                () -> memory.getHeapMemoryUsage().getUsed());
        return stats;
    }

    private static long rejecting(XdsServer xds) {
        return xds.sessions().values().stream()
                .filter(status ->
                        status.types().stream().anyMatch(type -> type.state() == SessionStatus.State.REJECTED))
                .count();
    }
}
