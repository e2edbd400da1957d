package dev.weft.adminapi;

/**
 * One service (or a caller outside the mesh).
 *
 * @param id {@code name.namespace}; {@code unknown} for callers outside the mesh
 * @param kind {@code service} or {@code external}
 * @param instances connected proxies that serve it
 * @param requestsPerSecond received
 * @param successRate 0 to 1; 1 without requests
 * @param p50Millis of requests received, 0 without requests
 * @param p99Millis of requests received, 0 without requests
 */
public record GraphNode(
        String id,
        String name,
        String namespace,
        String kind,
        int instances,
        double requestsPerSecond,
        double successRate,
        double p50Millis,
        double p99Millis) {}
