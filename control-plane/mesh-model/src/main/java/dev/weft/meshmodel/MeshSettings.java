package dev.weft.meshmodel;

import dev.weft.base.TrustDomain;

/**
 * What holds for the whole mesh.
 *
 * @param domain suffix of Service names, {@code NAME.NAMESPACE.svc.DOMAIN}
 * @param rootNamespace where mesh-wide policies live
 * @param accessLog whether proxies log every request unless told otherwise
 */
public record MeshSettings(
        ResourceKey key,
        TrustDomain trustDomain,
        String domain,
        String rootNamespace,
        Mtls mtls,
        Egress egress,
        boolean accessLog)
        implements MeshResource {
    /** What an inbound side accepts. */
    public enum Mtls {
        /** Mutual TLS only. */
        STRICT,
        /** Plain text too. */
        PERMISSIVE
    }

    /** What happens to traffic for destinations the mesh does not know. */
    public enum Egress {
        /** Let through, counted as passthrough. */
        ALLOW_ANY,
        /** Refused. */
        REGISTRY_ONLY
    }

    /** The settings of a mesh without a Mesh document. */
    public static final MeshSettings DEFAULT = new MeshSettings(
            new ResourceKey(Kind.MESH, "", "default"),
            new TrustDomain("cluster.local"),
            "cluster.local",
            "weft-system",
            Mtls.STRICT,
            Egress.ALLOW_ANY,
            false);
}
