package dev.weft.adminapi;

import org.jspecify.annotations.Nullable;

/**
 * A port of a service or workload.
 *
 * @param name may be empty
 * @param targetPort where the application, or its sidecar, takes it; null when that is said by name
 * @param targetName name of a workload's port that takes it; null when that is said by number
 * @param protocol {@code http}, {@code tcp}, or {@code auto} when it is detected
 */
public record PortItem(
        String name,
        int port,
        @Nullable Integer targetPort,
        @Nullable String targetName,
        String protocol) {}
