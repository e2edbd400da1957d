package dev.weft.meshmodel;

import java.util.Set;

/**
 * What one batch changed.
 *
 * @param upserted resources that are new or differ
 * @param removed resources that are gone
 * @param endpointServices Services whose set of workloads, or one of those workloads, differs
 */
public record MeshDelta(
        MeshImage before,
        MeshImage after,
        Set<ResourceKey> upserted,
        Set<ResourceKey> removed,
        Set<ResourceKey> endpointServices) {
    /** Whether nothing differs: the batch repeated what was known. */
    public boolean isEmpty() {
        return upserted.isEmpty() && removed.isEmpty();
    }

    /** Whether only workloads came, went or changed: no listener, route or cluster can differ. */
    public boolean onlyWorkloads() {
        return upserted.stream().allMatch(k -> k.kind() == Kind.WORKLOAD)
                && removed.stream().allMatch(k -> k.kind() == Kind.WORKLOAD);
    }
}
