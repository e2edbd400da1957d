package dev.weft.adminapi;

/**
 * A new join token, shown this once.
 *
 * @param token {@code <secret>.<sha256 of the root's public key, hex>}
 * @param expiresAt ISO-8601
 */
public record TokenCreated(String id, String token, String host, String expiresAt) {}
