package dev.weft.bench;

/** What stands in a row between the load and the backend, and what is spoken between them. */
enum Shape {
    /** One proxy, one cluster. */
    HTTP(Hop.H1, Hop.H1),
    TCP(Hop.TCP, Hop.TCP),
    H2(Hop.H2, Hop.H2),
    /** As {@link #H2} before a backend that ends its answers with trailers. */
    GRPC(Hop.H2, Hop.H2),
    /** A fixed HAProxy behind the proxy ends the TLS that it begins. */
    MTLS_OUT(Hop.H1, Hop.MTLS),
    /** A fixed HAProxy in front of the proxy begins the TLS that it ends. */
    MTLS_IN(Hop.MTLS, Hop.H1),
    /** The load itself speaks TLS to the proxy. */
    MTLS_DIRECT(Hop.MTLS, Hop.H1),
    /** Two proxies of one kind with mutual TLS between them: what a request costs in a mesh. */
    PAIR(Hop.H1, Hop.H1);

    /** What the load (or the fixed peer in front) speaks, and what the backend (or the fixed peer behind) is spoken to. */
    final Hop in;

    final Hop out;

    Shape(Hop in, Hop out) {
        this.in = in;
        this.out = out;
    }
}
