package dev.weft.xdsclient;

/**
 * A resource that parsed. Compared by identity: a resource sent again unchanged stays the same object.
 *
 * @param message as it came, for dumps and to know it again; empty for the bootstrap's own
 * @param value the record
 * @param references what it needs
 */
record Accepted<T>(String name, byte[] message, T value, References references) {
    static <T> Accepted<T> of(String name, byte[] message, T value) {
        return new Accepted<>(name, message, value, References.of(value));
    }
}
