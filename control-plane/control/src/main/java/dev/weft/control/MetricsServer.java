package dev.weft.control;

import com.sun.net.httpserver.HttpServer;
import dev.weft.base.Address;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** {@code /metrics} for Prometheus and {@code /ready}: numbers only, nothing secret, so it needs no token. */
final class MetricsServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Address address;

    MetricsServer(Address address, StatsRegistry stats, BooleanSupplier ready) throws IOException {
        try {
            server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 64);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
        this.address = new Address(address.host(), server.getAddress().getPort());
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            try (exchange) {
                HttpReply reply = switch (exchange.getRequestURI().getPath()) {
                    case "/metrics" ->
                        new HttpReply(
                                200,
                                PrometheusText.CONTENT_TYPE,
                                PrometheusText.write(stats).getBytes(StandardCharsets.UTF_8),
                                java.util.Map.of());
                    case "/ready" ->
                        ready.getAsBoolean()
                                ? HttpReply.text(200, "ready\n")
                                : HttpReply.text(503, "not every source has been read yet\n");
                    default -> HttpReply.text(404, "/metrics or /ready\n");
                };
                exchange.getResponseHeaders().set("Content-Type", reply.contentType());
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(reply.status(), head ? -1 : reply.body().length);
                if (!head) {
                    exchange.getResponseBody().write(reply.body());
                }
            }
        });
    }

    void start() {
        server.start();
    }

    Address address() {
        return address;
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
