package dev.weft.proxycore;

import dev.weft.base.SpiffeId;
import dev.weft.net.PeerCertificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a downstream connection.
 *
 * @param tls whether the connection is encrypted
 * @param identity the verified identity; null when there is none
 * @param principal the same as text, empty when there is none
 * @param localPrincipal our own identity on this connection, empty when there is none
 * @param localUris the URI names of our own certificate on this connection
 * @param certificate its verified certificate; null when there is none
 * @param endMillis when the first of the connection's certificates ends, in milliseconds of the wall clock
 */
record Peer(
        boolean tls,
        @Nullable SpiffeId identity,
        String principal,
        String localPrincipal,
        List<String> localUris,
        @Nullable PeerCertificate certificate,
        long endMillis) {
    /** A plaintext peer. */
    static final Peer PLAINTEXT = new Peer(false, null, "", "", List.of(), null, Long.MAX_VALUE);

    /** Whether it is a mesh peer: encrypted, with a verified SPIFFE identity. */
    boolean isMesh() {
        return identity != null;
    }

    /** What its identity says of its labels: the namespace. */
    WorkloadLabels labels() {
        String namespace = identity == null ? null : identity.namespace();
        WorkloadLabels u = WorkloadLabels.UNKNOWN;
        return namespace == null
                ? u
                : new WorkloadLabels(u.workload(), namespace, u.service(), u.revision(), u.cluster());
    }
}
