package dev.weft.xdsclient;

import java.time.Instant;

/**
 * A resource that parsed. Compared by identity: a resource sent again unchanged stays the same object.
 *
 * @param message as it came, for dumps and to know it again; empty for the bootstrap's own
 * @param value the record
 * @param references what it needs
 * @param version it came with; empty for the bootstrap's own
 */
record Accepted<T>(String name, byte[] message, T value, References references, String version, Instant at) {
    static <T> Accepted<T> of(String name, byte[] message, T value, String version) {
        return new Accepted<>(name, message, value, References.of(value), version, Instant.now());
    }
}
