package dev.weft.ca;

import java.time.Instant;
import java.util.List;

/**
 * A join token as the control plane remembers it: everything but the secret.
 *
 * @param id names it for lists and revocation
 * @param host the one host it makes
 * @param identities what that host may run
 */
public record JoinToken(
        String id, String host, List<IdentityPattern> identities, Instant created, Instant expires, State state) {
    /** What became of a token. */
    public enum State {
        OPEN,
        USED,
        EXPIRED,
        REVOKED
    }

    /** A new token with its secret, which exists nowhere else. */
    public record Created(JoinToken token, String secret) {}

    JoinToken withState(State next) {
        return new JoinToken(id, host, identities, created, expires, next);
    }
}
