package dev.weft.conformance;

import dev.weft.testkit.Await;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real Envoy and Weft, started from the same bootstrap but for their ports. Each has one listener and an admin port. */
final class ProxyPair implements AutoCloseable {
    /** One of the two. */
    record Side(String name, int port, int admin, RunningProcess process) {
        PlainHttpConnection connect() throws IOException {
            return new PlainHttpConnection("127.0.0.1", port, 5_000);
        }

        /** Sends a request on a connection of its own. */
        PlainHttpConnection.Answer ask(String request) throws IOException {
            try (PlainHttpConnection connection = connect()) {
                connection.send(request.getBytes(StandardCharsets.ISO_8859_1));
                return connection.read(request.startsWith("HEAD"));
            }
        }

        /** Until the proxy says that it is ready: an open port does not say so. */
        void awaitReady() {
            Await.until(name + " is ready", Duration.ofSeconds(20), () -> {
                try (PlainHttpConnection asked = new PlainHttpConnection("127.0.0.1", admin, 5_000)) {
                    asked.send("GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    return asked.read(false).status() == 200;
                } catch (IOException e) {
                    return false;
                }
            });
        }

        /** Sum of a metric over all its labels, from the text for Prometheus; 0 while there is none. */
        double metric(String name) {
            try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", admin, 5_000)) {
                connection.send("GET /stats/prometheus HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                return connection
                        .read(false)
                        .text()
                        .lines()
                        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void awaitMetric(String metric, double expected) {
            Await.until(
                    name + ": " + metric + " = " + expected, Duration.ofSeconds(10), () -> metric(metric) == expected);
        }
    }

    final Side envoy;
    final Side weft;

    private ProxyPair(Side envoy, Side weft) {
        this.envoy = envoy;
        this.weft = weft;
    }

    /** @param bootstrap with {@code @PORT@} and {@code @ADMIN@} where its ports belong */
    static ProxyPair start(Path folder, String bootstrap) throws IOException {
        int[] ports = {FreePorts.next(), FreePorts.next(), FreePorts.next(), FreePorts.next()};
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                file(folder, "envoy", bootstrap, ports[0], ports[1]).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        RunningProcess weft = WeftProcess.proxy(file(folder, "weft", bootstrap, ports[2], ports[3]));
        RunningProcess unused = envoy.awaitPort("127.0.0.1", ports[0], Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", ports[2], Duration.ofSeconds(20));
        ProxyPair pair =
                new ProxyPair(new Side("envoy", ports[0], ports[1], envoy), new Side("weft", ports[2], ports[3], weft));
        pair.envoy.awaitReady();
        pair.weft.awaitReady();
        return pair;
    }

    private static Path file(Path folder, String name, String bootstrap, int port, int admin) throws IOException {
        Path file = folder.resolve(name + ".json");
        return Files.writeString(
                file, bootstrap.replace("@PORT@", Integer.toString(port)).replace("@ADMIN@", Integer.toString(admin)));
    }

    /** A bootstrap with one connection manager. */
    static String bootstrap(String httpFilters, String virtualHosts, String clusters) {
        return """
                {"node": {"id": "filters", "cluster": "filters"},
                 "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": @ADMIN@}}},
                 "static_resources": {
                  "listeners": [{"name": "l",
                   "address": {"socket_address": {"address": "127.0.0.1", "port_value": @PORT@}},
                   "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager",
                    "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "http",
                     "http_filters": [%s, {"name": "envoy.filters.http.router", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                     "route_config": {"name": "r", "virtual_hosts": [%s]}}}]}]}],
                  "clusters": [%s]}}
                """.formatted(httpFilters, virtualHosts, clusters);
    }

    /** A cluster of these ports on loopback. */
    static String cluster(String name, int... ports) {
        StringBuilder endpoints = new StringBuilder();
        for (int port : ports) {
            endpoints.append(endpoints.isEmpty() ? "" : ",").append("""
                    {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}""".formatted(port));
        }
        return """
                {"name": "%1$s", "type": "STATIC", "connect_timeout": "1s", "load_assignment": {"cluster_name": "%1$s",
                 "endpoints": [{"lb_endpoints": [%2$s]}]}}""".formatted(name, endpoints);
    }

    @Override
    public void close() throws Exception {
        weft.process.close();
        envoy.process.close();
    }
}
