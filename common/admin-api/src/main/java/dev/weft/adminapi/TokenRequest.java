package dev.weft.adminapi;

import java.util.List;

/**
 * Asks for a join token.
 *
 * @param host id of the host, letters, digits, dots, dashes; empty = the server makes one
 * @param identities what that host may run: {@code namespace/service-account}, either may be {@code *}; at least one
 * @param ttlSeconds at most 600; 0 = 600
 */
public record TokenRequest(String host, List<String> identities, long ttlSeconds) {}
