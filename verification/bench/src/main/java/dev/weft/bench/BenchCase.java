package dev.weft.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is measured: how a request reaches the proxy, how it leaves, what it asks for and over how many connections. */
enum BenchCase {
    H1_1K_C32(Shape.HTTP, "/1k", 32),
    H1_1K_C256(Shape.HTTP, "/1k", 256),
    H1_64K_C32(Shape.HTTP, "/64k", 32),
    TCP_1K_C32(Shape.TCP, "/1k", 32),
    MTLS_OUT_1K_C32(Shape.MTLS_OUT, "/1k", 32),
    MTLS_IN_1K_C32(Shape.MTLS_IN, "/1k", 32),
    /** From exec to the first answer through the proxy. */
    STARTUP(Shape.HTTP, "/1k", 1),
    /** {@link #H1_1K_C32} with a process just started: what its first seconds cost, start included. */
    COLD(Shape.HTTP, "/1k", 32);

    /** The proxy's two sides. */
    enum Shape {
        /** Plain HTTP/1.1 in and out, one route. */
        HTTP,
        /** Bytes in and out. */
        TCP,
        /** Plain HTTP/1.1 in, mutual TLS out to a fixed HAProxy. */
        MTLS_OUT,
        /** Mutual TLS in from a fixed HAProxy, plain HTTP/1.1 out. */
        MTLS_IN
    }

    final Shape shape;
    final String path;
    final int connections;

    BenchCase(Shape shape, String path, int connections) {
        this.shape = shape;
        this.path = path;
        this.connections = connections;
    }

    /** As on the command line and in the JSON: {@code h1-1k-c32}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it is measured in steady state, after the warm-up. */
    boolean steady() {
        return this != STARTUP && this != COLD;
    }

    static Optional<BenchCase> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findFirst();
    }

    /** All cases of a run that names none. */
    static List<BenchCase> usual() {
        return List.of(values());
    }
}
