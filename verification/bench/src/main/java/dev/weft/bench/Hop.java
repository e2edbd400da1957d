package dev.weft.bench;

/** What is spoken on one side of a proxy. */
enum Hop {
    /** Bytes that nobody looks into. */
    TCP,
    /** Plain HTTP/1.1. */
    H1,
    /** Plain HTTP/2, by prior knowledge. */
    H2,
    /** HTTP/1.1 over mutual TLS. */
    MTLS,
    /** Between the two proxies of a pair: requests multiplexed over mutual TLS, HTTP/2 or the proxy's own protocol. */
    MESH;

    boolean encrypted() {
        return this == MTLS || this == MESH;
    }
}
