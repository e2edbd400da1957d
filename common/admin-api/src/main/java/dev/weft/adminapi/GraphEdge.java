package dev.weft.adminapi;

import java.util.List;

/**
 * Calls of one service to another.
 *
 * @param source node id
 * @param destination node id
 * @param protocol {@code http} or {@code tcp}
 * @param requestsPerSecond as the caller's side counted (the callee's where the caller has no sidecar)
 * @param successRate share of answers below 500, 0 to 1
 * @param p50Millis estimated within histogram buckets
 * @param p99Millis estimated within histogram buckets
 * @param mtls whether every request of the window came over mutual TLS, as the callee's side counted
 * @param plaintextPerSecond requests of the window that did not
 * @param bytesPerSecond both directions, for TCP
 * @param connectionsPerSecond opened, for TCP
 * @param versions how requests split over versions of the destination
 */
public record GraphEdge(
        String source,
        String destination,
        String protocol,
        double requestsPerSecond,
        double successRate,
        double p50Millis,
        double p99Millis,
        boolean mtls,
        double plaintextPerSecond,
        double bytesPerSecond,
        double connectionsPerSecond,
        List<VersionShare> versions) {
    /** Requests per second that went to one version (label {@code version}) of the destination. */
    public record VersionShare(String version, double requestsPerSecond) {}
}
