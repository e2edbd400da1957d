package dev.weft.proxy;

/** Where a proxy is in its life, with Envoy's names. */
enum State {
    /** Waits for its first configuration. */
    INITIALIZING,
    LIVE,
    /** Serves what it has, wants no new work. */
    DRAINING
}
