package dev.weft.adminapi;

import java.util.List;

/**
 * One join token.
 *
 * @param id for {@code revoke}; no secret
 * @param host id of the host it makes
 * @param identities what that host may run, patterns {@code namespace/service-account} with {@code *}
 * @param state {@code open}, {@code used}, {@code expired} or {@code revoked}
 * @param createdAt ISO-8601
 * @param expiresAt ISO-8601
 */
public record TokenItem(
        String id, String host, List<String> identities, String state, String createdAt, String expiresAt) {}
