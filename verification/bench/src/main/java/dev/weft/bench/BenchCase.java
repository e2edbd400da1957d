package dev.weft.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is measured: how proxies stand between load and backend, which load, and how its cost is taken. */
enum BenchCase {
    H1_1K_C32(Shape.HTTP, new Wrk("/1k", 32)),
    H1_1K_C256(Shape.HTTP, new Wrk("/1k", 256)),
    H1_64K_C32(Shape.HTTP, new Wrk("/64k", 32)),
    /** {@link #H1_1K_C32} with two event loops on both CPUs, which the client and the backend share. */
    H1_1K_C32_LOOPS2(Shape.HTTP, new Wrk("/1k", 32), Method.STEADY, 1, 2),
    TCP_1K_C32(Shape.TCP, new Wrk("/1k", 32)),
    H2_1K_C8M16(Shape.H2, new H2Load("/1k", 8, 16, false)),
    H2_1K_C32M1(Shape.H2, new H2Load("/1k", 32, 1, false)),
    H2_64K_C4M8(Shape.H2, new H2Load("/64k", 4, 8, false)),
    GRPC_UNARY(Shape.GRPC, new H2Load(H2Backend.GRPC_PATH, 8, 16, true)),
    MTLS_OUT_1K_C32(Shape.MTLS_OUT, new Wrk("/1k", 32)),
    MTLS_IN_1K_C32(Shape.MTLS_IN, new Wrk("/1k", 32)),
    MTLS_OUT_64K_C16(Shape.MTLS_OUT, new Wrk("/64k", 16)),
    MTLS_IN_64K_C16(Shape.MTLS_IN, new Wrk("/64k", 16)),
    PAIR_1K_C32(Shape.PAIR, new Wrk("/1k", 32)),
    PAIR_64K_C32(Shape.PAIR, new Wrk("/64k", 32)),
    HANDSHAKE(Shape.MTLS_DIRECT, new Handshakes(false)),
    HANDSHAKE_RESUMED(Shape.MTLS_DIRECT, new Handshakes(true)),
    RATE_1000(Shape.HTTP, new Rate("/1k", 16, 1000)),
    ROUTES_1(Shape.HTTP, new Wrk("/1k", 32)),
    ROUTES_1000(Shape.HTTP, new Wrk("/1k", 32), Method.STEADY, 1000, 1),
    IDLE_8000(Shape.HTTP, new Wrk("/1k", 32), Method.IDLE, 1, 1),
    IDLE_8000_TLS(Shape.MTLS_DIRECT, new Handshakes(false), Method.IDLE, 1, 1),
    STARTUP(Shape.HTTP, new Wrk("/1k", 1), Method.STARTUP, 1, 1),
    COLD(Shape.HTTP, new Rate("/1k", 16, 2000), Method.COLD, 1, 1);

    /** How the cost is taken. */
    enum Method {
        /** CPU per request of warm processes, in turns. */
        STEADY,
        /** Memory that a warm process, new in each turn, takes for connections that do nothing. */
        IDLE,
        /** From exec to the first answer. */
        STARTUP,
        /** CPU of a process in its first seconds under load, its start included. */
        COLD
    }

    final Shape shape;
    final Load load;
    final Method method;
    final int routes;
    final int workers;

    BenchCase(Shape shape, Load load) {
        this(shape, load, Method.STEADY, 1, 1);
    }

    BenchCase(Shape shape, Load load, Method method, int routes, int workers) {
        this.shape = shape;
        this.load = load;
        this.method = method;
        this.routes = routes;
        this.workers = workers;
    }

    /** As on the command line and in the JSON: {@code h1-1k-c32}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<BenchCase> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findFirst();
    }

    /** All cases of a run that names none. */
    static List<BenchCase> usual() {
        return List.of(values());
    }

    /** All labels, {@code each} to a line. */
    static String labels(int each, String indent) {
        List<String> labels = usual().stream().map(BenchCase::label).toList();
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < labels.size(); from += each) {
            text.append(labels.subList(from, Math.min(labels.size(), from + each)).stream()
                    .collect(Collectors.joining(" ", indent, "\n")));
        }
        return text.toString();
    }
}
