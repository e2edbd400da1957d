package dev.weft.proxycore;

import dev.weft.testkit.TunnelClient;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Proxies with a route for CONNECT, clients that ask for it, and what their tests have in common. */
final class Tunnels {
    static final String ENDS_HERE = "{\"upgrade_type\": \"CONNECT\", \"connect_config\": {}}";
    static final String PASSED_ON = "{\"upgrade_type\": \"CONNECT\"}";

    private Tunnels() {}

    /** A proxy whose one route for CONNECT has these upgrades; {@code more} belongs to its action. */
    static TestProxy proxy(String upgrades, String more, int... ports) {
        return proxy("", upgrades, more, new TestProxy().cluster("backend", ports));
    }

    static TestProxy proxy(String manager, String route, String more, TestProxy proxy) {
        return proxy(manager, route, more, "backend", proxy);
    }

    static TestProxy proxy(String manager, String route, String more, String cluster, TestProxy proxy) {
        Parsed<Listener> listener = XdsReader.listenerJson("""
                {"name": "http", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                 "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                   "stat_prefix": "test", "upgrade_configs": [%s], "http2_protocol_options": {"allow_connect": true},
                   "http_filters": [{"name": "router", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                   "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                     {"match": {"connect_matcher": {}}, "route": {"cluster": "%4$s", "upgrade_configs": [%2$s] %3$s}},
                     {"match": {"prefix": "/"}, "route": {"cluster": "%4$s", "upgrade_configs": [%2$s] %3$s}}]}]}}}]}]}
                """.formatted(manager, route, more, cluster));
        proxy.listeners.put("http", ((Parsed.Ok<Listener>) listener).value());
        return proxy.apply();
    }

    static TunnelClient connect(String version, TestProxy proxy) throws IOException {
        int port = proxy.port("http");
        return version.equals("HTTP/2")
                ? TunnelClient.http2(port, "shop.test:80", 10_000)
                : TunnelClient.http1(port, "shop.test:80", 10_000);
    }

    static void send(TunnelClient client, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        client.send(bytes, 0, bytes.length);
    }

    static String rest(TunnelClient client) throws IOException {
        return new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    static String read(TunnelClient client, int length) throws IOException {
        return new String(client.in().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    static Backend echo() {
        return new Backend(c -> c.in.transferTo(c.out));
    }

    interface Action {
        void run() throws IOException;
    }

    static CompletableFuture<Void> inBackground(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    static String endSeen(Backend.Connection connection) {
        try {
            return connection.in.read() < 0 ? "an ordinary end" : "a byte";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    interface Sink {
        void take(byte[] piece) throws IOException;
    }

    static void fill(int size, Sink sink) throws IOException {
        byte[] piece = new byte[1 << 16];
        for (int left = size; left > 0; left -= piece.length) {
            sink.take(piece);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("nobody came"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
