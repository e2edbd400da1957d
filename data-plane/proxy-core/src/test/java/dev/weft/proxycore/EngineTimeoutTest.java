package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.VirtualHost;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every time-out ends what it should; each is set short, and all others are long. */
@Timeout(30)
class EngineTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    private static HttpConnectionManager with(HttpConnectionManager.Timeouts timeouts, RouteConfiguration routes) {
        HttpConnectionManager m = TestProxy.manager(routes);
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                m.httpFilters(),
                m.accessLogs(),
                timeouts,
                m.forwarding(),
                m.requestIds(),
                m.paths(),
                m.serverHeader(),
                m.stripPort(),
                m.http1(),
                m.http2(),
                m.commonHttp(),
                m.upgradeConfigs(),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    private static TestProxy proxy(HttpConnectionManager manager, int port) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", port);
        proxy.listener("http", FilterChain.of(manager));
        return proxy.apply();
    }

    private static Backend silent() {
        return new Backend(c -> {
            c.readHead();
            c.in.readAllBytes();
        });
    }

    private static HttpConnectionManager.Timeouts idle(Duration streamIdle) {
        return new HttpConnectionManager.Timeouts(
                Duration.ZERO, null, streamIdle, Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @Test
    void aStreamWhoseUpstreamIsSilentIs504() throws IOException {
        try (Backend backend = silent();
                TestProxy proxy = proxy(with(idle(SHORT), TestProxy.forward("backend")), backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 504").endsWith("stream timeout");
        }
    }

    @Test
    void anHttp2EndpointThatSaysNothingIsAskedWhereConfigured() throws IOException {
        try (Backend backend = new Backend(c -> {
            c.out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS, and nothing else, whatever comes
            c.in.readAllBytes();
        })) {
            TestProxy proxy = new TestProxy();
            proxy.clusters.put(
                    "backend", ((Parsed.Ok<Cluster>) XdsReader.clusterJson("""
                    {"name": "backend", "type": "STATIC", "load_assignment": {"cluster_name": "b", "endpoints": [
                     {"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                      {"address": "127.0.0.1", "port_value": %d}}}}]}]},
                     "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                      "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                      "explicit_http_config": {"http2_protocol_options": {
                       "connection_keepalive": {"interval": "0.2s", "timeout": "0.1s"}}}}}}
                    """.formatted(backend.port()))).value());
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
            try (TestProxy running = proxy.apply();
                    Client client = running.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("connection termination");
            }
        }
    }

    @Test
    void aStreamWhoseRequestStallsIs408() throws IOException {
        try (Backend backend = silent();
                TestProxy proxy = proxy(with(idle(SHORT), TestProxy.forward("backend")), backend.port());
                Client client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf");
            // to its end: what is left of the request is not waited for
            assertThat(client.rest())
                    .startsWith("HTTP/1.1 408")
                    .containsIgnoringCase("\r\nconnection: close\r\n")
                    .endsWith("stream timeout");
        }
    }

    @Test
    void aHeadThatStallsIs408() throws IOException {
        HttpConnectionManager.Timeouts timeouts = new HttpConnectionManager.Timeouts(
                Duration.ZERO, SHORT, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(5));
        try (Backend backend = silent();
                TestProxy proxy = proxy(with(timeouts, TestProxy.forward("backend")), backend.port());
                Client client = proxy.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHos").rest()).startsWith("HTTP/1.1 408");
        }
    }

    /** Decision 25: the hint bounds the wait for the head only; a body may take its time. */
    @Test
    void theHintBoundsTheWaitForTheHeadOnly() throws IOException {
        Route hinted = new Route(
                "hinted",
                RouteMatch.prefix("/"),
                RouteAction.Forward.to(new ClusterSpecifier.Single("backend")).withTimeout(Duration.ZERO),
                HeaderMutations.NONE,
                new Metadata(Map.of("weft", Map.of("response_header_timeout", "0.15s"))),
                "",
                Map.of());
        RouteConfiguration routes = RouteConfiguration.of("routes", VirtualHost.of("all", List.of("*"), hinted));
        try (Backend backend = new Backend(c -> {
                    String head = c.readHead();
                    if (head != null && head.contains("/slow-body")) {
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
                        java.util.concurrent.locks.LockSupport.parkNanos(
                                SHORT.multipliedBy(3).toNanos()); // longer than the hint is what is tested
                        c.write("cd");
                    }
                    c.in.read();
                });
                TestProxy proxy = proxy(TestProxy.manager(routes), backend.port())) {
            try (Client client = proxy.client()) {
                assertThat(client.get("/slow-body")).startsWith("HTTP/1.1 200").endsWith("abcd");
            }
            try (Client client = proxy.client()) {
                assertThat(client.get("/never")).startsWith("HTTP/1.1 504").endsWith("upstream request timeout");
            }
        }
    }

    @Test
    void anOpaqueConnectionWithoutBytesEnds() throws IOException {
        TcpProxy t = TcpProxy.of("tcp", "backend");
        try (Backend backend = new Backend(c -> c.in.read());
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener(
                    "http",
                    FilterChain.of(new TcpProxy(
                            t.statPrefix(), t.cluster(), SHORT, 1, null, List.of(), Metadata.NONE, false)));
            proxy.apply();
            try (Client client = proxy.client()) {
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    /** Decision 10: a second less than the peer said it would wait; it said one, so it is not used again. */
    @Test
    void aPeersKeepAliveIsBelieved() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=100\r\nContent-Length: 0\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.get("/1");
            String one = "envoy_cluster_upstream_cx_active{envoy_cluster_name=\"backend\"} 0";
            long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            while (!proxy.metrics().contains(one) && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(proxy.metrics()).contains(one); // without the hint: after 3 s
        }
    }

    /**
     * As long as it takes some, a slow reader is waited for; one that takes nothing is not. How much the kernel's buffers hold
     * is not known, so there are several sizes: some of the responses are still on their way from upstream, some are not.
     */
    @Test
    void theLastBytesOfAConnectionWaitForNoReaderThatTakesNone() throws Exception {
        try (Backend backend = new Backend(c -> {
                    int size = Integer.parseInt(c.readHead().split("[ /]+")[1]);
                    c.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + size + "\r\n\r\n");
                    c.out.write(new byte[size]);
                });
                TestProxy proxy =
                        proxy(with(idle(Duration.ofMillis(600)), TestProxy.forward("backend")), backend.port());
                Socket slow = ask(proxy, 3 << 20)) {
            List<Socket> stalled = new ArrayList<>();
            for (int size = 1 << 20; size <= 4 << 20; size += 128 * 1024) {
                stalled.add(ask(proxy, size));
            }
            int read = 0;
            byte[] some = new byte[24 * 1024];
            for (int length = 0; length >= 0; length = slow.getInputStream().read(some)) {
                read += length;
                TimeUnit.MILLISECONDS.sleep(15); // makes it slow: 2 s for all
            }
            assertThat(read).as("to the slow reader").isGreaterThan(3 << 20);
            Await.until(
                    "the others are closed",
                    Duration.ofSeconds(5),
                    () -> proxy.metrics()
                            .contains("envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix=\"test\"} 0"));
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private static Socket ask(TestProxy proxy, int size) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("http")));
        socket.getOutputStream()
                .write(("GET /" + size + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
