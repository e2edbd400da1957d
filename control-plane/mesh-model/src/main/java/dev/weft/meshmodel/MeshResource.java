package dev.weft.meshmodel;

/** One document of the mesh's truth. Immutable; equal content means equal value. */
public sealed interface MeshResource
        permits Workload,
                Service,
                Subset,
                MeshRoute,
                HttpRouteFilter,
                ReferenceGrant,
                TrafficPolicy,
                FaultPolicy,
                MeshSettings {
    /** What names it. */
    ResourceKey key();
}
