package dev.weft.proxycore;

import dev.weft.base.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a downstream connection.
 *
 * @param tls whether the connection is encrypted
 * @param principal the verified identity as text, empty when there is none
 */
record Peer(boolean tls, @Nullable SpiffeId identity, String principal) {
    /** A plaintext peer. */
    static final Peer PLAINTEXT = new Peer(false, null, "");

    /** Whether it is a mesh peer: encrypted, with a verified SPIFFE identity. */
    boolean isMesh() {
        return identity != null;
    }
}
