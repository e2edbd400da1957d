package dev.weft.adminapi;

import java.util.List;

/**
 * Who answers and what it serves.
 *
 * @param version of the program
 * @param trustDomain e.g. {@code cluster.local}
 * @param startedAt ISO-8601
 * @param now the control plane's clock, ISO-8601, so that a client can see its own skew
 * @param configVersion newest version of the mesh that was published; grows by one per change
 * @param rootExpiresAt ISO-8601
 * @param rootFingerprint SHA-256 of the root's public key, lower-case hex, as in a join token
 * @param settling true while leases of the time before a restart may still be claimed: nothing is removed
 * @param proxies connected now
 * @param services known now
 * @param workloads known now
 * @param configDirectory what is watched
 * @param warnings what an operator should know, e.g. that plaintext xDS is on
 */
public record ControlPlaneInfo(
        String version,
        String trustDomain,
        String startedAt,
        String now,
        long configVersion,
        String rootExpiresAt,
        String rootFingerprint,
        boolean settling,
        int proxies,
        int services,
        int workloads,
        String configDirectory,
        List<String> warnings) {}
