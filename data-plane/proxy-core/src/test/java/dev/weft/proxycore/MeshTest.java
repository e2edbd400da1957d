package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.CommonTls.TlsVersion;
import dev.weft.xdsmodel.CommonTls.Validation;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.FilterChainMatch;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.ListenerFilter;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TrafficDirection;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.TransportSocket.Plaintext;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two engines beside each other: application → outbound → mTLS → inbound → application. */
@Timeout(30)
class MeshTest {
    private static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String SERVER = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final MeshCa CA = new MeshCa();

    private static CommonTls common(List<String> alpn) {
        return CommonTls.ofSecrets("default", new Validation(null, "ROOTCA"), TlsVersion.TLSv1_3, alpn);
    }

    /** The inbound side: HTTP and TCP by ALPN, STRICT. */
    private static final class Inbound implements AutoCloseable {
        final TestProxy proxy = new TestProxy();

        Inbound(int applicationPort) {
            DownstreamTls tls = new DownstreamTls(common(List.of("istio-http/1.1", "istio")), true, false);
            FilterChainMatch match = FilterChainMatch.ANY.withTransportProtocol("tls");
            proxy.cluster("inbound|8080||", applicationPort);
            Listener plain = Listener.of(
                    "http",
                    new Address("127.0.0.1", 0),
                    FilterChain.of(
                            match.withApplicationProtocols("istio-http/1.1"),
                            tls,
                            TestProxy.manager(TestProxy.forward("inbound|8080||"))),
                    FilterChain.of(match.withApplicationProtocols("istio"), tls, TcpProxy.of("tcp", "inbound|8080||")));
            proxy.listeners.put("http", inspected(plain, TrafficDirection.INBOUND));
            rotate(SERVER);
        }

        void rotate(String identity) {
            proxy.secrets.putAll(CA.secrets(identity));
            proxy.apply();
        }

        @Override
        public void close() {
            proxy.close();
        }
    }

    static Listener inspected(Listener l, TrafficDirection direction) {
        return new Listener(
                l.name(),
                l.address(),
                l.filterChains(),
                l.defaultFilterChain(),
                List.of(ListenerFilter.TLS_INSPECTOR, ListenerFilter.HTTP_INSPECTOR),
                Duration.ofMillis(200),
                true,
                l.useOriginalDst(),
                l.bindToPort(),
                direction,
                null,
                null,
                "",
                List.of(),
                Metadata.NONE);
    }

    /** The outbound side with its one cluster behind a listener {@code http} and one {@code tcp}. */
    private static TestProxy outbound(int inboundPort, String expected, String own) {
        TestProxy proxy = new TestProxy();
        LbEndpoint endpoint = new LbEndpoint(
                new Address("127.0.0.1", inboundPort),
                "",
                LbEndpoint.HealthStatus.HEALTHY,
                new Metadata(Map.of(
                        "envoy.transport_socket_match", Map.of("tlsMode", "istio"),
                        "istio", Map.of("workload", "orders-1;shop;orders;v1;here"),
                        "weft", Map.of("identity", expected))),
                1);
        Cluster base = Cluster.ofStatic("outbound|80||orders.shop.svc.cluster.local", endpoint);
        UpstreamTls tls =
                new UpstreamTls(common(List.of("istio-http/1.1", "istio")), "outbound_.80_._.orders", false, false);
        Cluster cluster = new Cluster(
                base.name(),
                "",
                base.type(),
                "",
                Duration.ofSeconds(2),
                base.lbPolicy(),
                2,
                base.loadAssignment(),
                new Plaintext(),
                List.of(new Cluster.TransportSocketMatch("tls", Map.of("tlsMode", "istio"), tls)),
                base.circuitBreakers(),
                base.http(),
                base.dns(),
                base.originalDst(),
                50,
                null,
                Metadata.NONE,
                List.of());
        proxy.clusters.put(cluster.name(), cluster);
        proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward(cluster.name()))));
        proxy.listener("tcp", FilterChain.of(TcpProxy.of("tcp", cluster.name())));
        proxy.secrets.putAll(CA.secrets(own));
        return proxy.apply();
    }

    @Test
    void httpGoesThroughBothSidesAndEachKnowsTheOther() throws IOException {
        try (Backend backend = Backend.answering("orders");
                Inbound inbound = new Inbound(backend.port());
                TestProxy outbound = outbound(inbound.proxy.port("http"), SERVER, CLIENT);
                Client client = outbound.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: orders\r\nx-weft-peer: forged;x\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("orders");
            assertThat(client.get("/2")).endsWith("orders");
            assertThat(backend.requests).hasSize(2).noneMatch(r -> r.contains("x-weft"));
            assertThat(outbound.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"source\".*destination_workload=\"orders-1\".*"
                            + "destination_principal=\"" + SERVER
                            + "\".*connection_security_policy=\"mutual_tls\".*} 2");
            assertThat(inbound.proxy.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"destination\",source_workload=\"test\".*"
                            + "source_principal=\"" + CLIENT + "\".*connection_security_policy=\"mutual_tls\".*} 2");
        }
    }

    @Test
    void opaqueBytesGoThroughBothSides() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.write("server first\n");
                    for (int b = c.in.read(); b >= 0; b = c.in.read()) {
                        c.out.write(b);
                    }
                });
                Inbound inbound = new Inbound(backend.port());
                TestProxy outbound = outbound(inbound.proxy.port("http"), SERVER, CLIENT);
                Client client = outbound.client("tcp")) {
            for (char c : "server first\n".toCharArray()) {
                assertThat(client.read()).isEqualTo(c);
            }
            client.send("ping");
            for (char c : "ping".toCharArray()) {
                assertThat(client.read()).isEqualTo(c);
            }
            assertThat(inbound.proxy.metrics())
                    .containsPattern(
                            "istio_tcp_connections_opened_total\\{reporter=\"destination\".*source_principal=\""
                                    + CLIENT);
        }
    }

    @Test
    void anEndpointWithAnotherIdentityIsRefused() throws IOException {
        try (Backend backend = Backend.answering("never");
                Inbound inbound = new Inbound(backend.port());
                TestProxy outbound =
                        outbound(inbound.proxy.port("http"), "spiffe://cluster.local/ns/shop/sa/payments", CLIENT);
                Client client = outbound.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("TLS_error");
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void plaintextIsNotServedWhereTlsIsRequired() throws IOException {
        try (Backend backend = Backend.answering("never");
                Inbound inbound = new Inbound(backend.port());
                Client client = inbound.proxy.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: orders\r\n\r\n").rest())
                    .isEmpty();
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void rotationKeepsConnections() throws IOException {
        try (Backend backend = Backend.answering("orders");
                Inbound inbound = new Inbound(backend.port());
                TestProxy outbound = outbound(inbound.proxy.port("http"), SERVER, CLIENT);
                Client client = outbound.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.get("/" + i)).startsWith("HTTP/1.1 200");
                inbound.rotate(SERVER);
                outbound.secrets.putAll(CA.secrets(CLIENT));
                outbound.apply();
            }
            assertThat(outbound.metrics())
                    .contains(
                            "envoy_cluster_upstream_cx_total{envoy_cluster_name=\"outbound|80||orders.shop.svc.cluster.local\"} 1");
        }
    }

    /** Decision 12: the certificate's end is the end of its HTTP connections, on both sides; opaque bytes go on. */
    @Test
    void anHttpConnectionEndsWithItsCertificateAndAnOpaqueOneLivesOn() throws IOException {
        Instant end = Instant.now().plusSeconds(4).truncatedTo(ChronoUnit.SECONDS);
        try (Backend backend = new Backend(c -> {
                    String first = c.readRequest();
                    while (first != null) {
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        first = c.readRequest();
                    }
                });
                Inbound inbound = new Inbound(backend.port());
                TestProxy outbound = outbound(inbound.proxy.port("http"), SERVER, CLIENT);
                Client client = outbound.client()) {
            outbound.secrets.putAll(CA.secrets(CLIENT, end));
            outbound.apply();
            String connections =
                    "envoy_cluster_upstream_cx_total{envoy_cluster_name=\"outbound|80||orders.shop.svc.cluster.local\"} ";
            try (Client opaque = outbound.client("tcp")) {
                assertThat(opaque.get("/")).endsWith("ok");
                assertThat(client.get("/1")).endsWith("ok");
                assertThat(client.get("/2")).endsWith("ok");
                assertThat(outbound.metrics()).contains(connections + "2"); // one each
                outbound.secrets.putAll(CA.secrets(CLIENT));
                outbound.apply();
                while (Instant.now().isBefore(end)) {
                    Thread.onSpinWait();
                }
                assertThat(client.get("/3")).endsWith("ok");
                assertThat(outbound.metrics()).contains(connections + "3");
                assertThat(opaque.get("/")).endsWith("ok"); // on the connection it had
                assertThat(outbound.metrics()).contains(connections + "3");
            }
        }
    }

    @Test
    void aServersResponseSaysCloseWhenItsCertificateHasEnded() throws Exception {
        Instant end = Instant.now().plusSeconds(4).truncatedTo(ChronoUnit.SECONDS);
        try (Backend backend = Backend.answering("orders");
                Inbound inbound = new Inbound(backend.port())) {
            inbound.proxy.secrets.putAll(CA.secrets(SERVER, end));
            inbound.proxy.apply();
            SSLContext context = CA.client(CLIENT);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", inbound.proxy.port("http"))) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"istio-http/1.1"});
                socket.setSSLParameters(parameters);
                socket.setSoTimeout(5_000);
                byte[] request = "GET / HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                socket.getOutputStream().write(request);
                byte[] buffer = new byte[4096];
                int n = socket.getInputStream().read(buffer);
                assertThat(new String(buffer, 0, n, StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200")
                        .doesNotContain("Connection: close");
                while (Instant.now().isBefore(end)) {
                    Thread.onSpinWait();
                }
                socket.getOutputStream().write(request);
                byte[] rest = socket.getInputStream().readAllBytes();
                assertThat(new String(rest, StandardCharsets.US_ASCII)).contains("HTTP/1.1 200", "Connection: close");
            }
        }
    }

    @Test
    void aRedirectedConnectionIsServedByTheListenerOfItsDestination() throws IOException {
        try (Backend http = Backend.answering("by the virtual listener");
                Backend other = Backend.answering("never")) {
            InetSocketAddress wanted = new InetSocketAddress("10.1.2.3", 80);
            try (TestProxy proxy = new TestProxy(channel -> wanted)) {
                proxy.cluster("http", http.port());
                proxy.cluster("other", other.port());
                Listener main =
                        Listener.of("http", new Address("127.0.0.1", 0), FilterChain.of(TcpProxy.of("tcp", "other")));
                proxy.listeners.put("http", redirecting(main, true));
                Listener virtual = Listener.of(
                        "0.0.0.0_80",
                        new Address("0.0.0.0", 80),
                        FilterChain.of(
                                FilterChainMatch.ANY.withApplicationProtocols("http/1.0", "http/1.1", "h2c"),
                                new Plaintext(),
                                TestProxy.manager(TestProxy.forward("http"))));
                proxy.listeners.put("0.0.0.0_80", redirecting(inspected(virtual, TrafficDirection.OUTBOUND), false));
                proxy.apply();
                try (Client client = proxy.client()) {
                    assertThat(client.get("/")).endsWith("by the virtual listener");
                }
                try (Client client = proxy.client()) {
                    assertThat(client.send("\u0001\u0002 not http").rest()).isEmpty(); // no chain: closed
                }
            }
        }
    }

    @Test
    void theOriginalDestinationIsDialledOnlyForRedirectedConnections() throws IOException {
        try (Backend backend = Backend.answering("dialled")) {
            InetSocketAddress wanted = new InetSocketAddress("127.0.0.1", backend.port());
            for (boolean redirected : new boolean[] {true, false}) {
                try (TestProxy proxy = new TestProxy(channel -> redirected ? wanted : null)) {
                    proxy.clusters.put("passthrough", Cluster.of("passthrough", Cluster.DiscoveryType.ORIGINAL_DST));
                    Listener main = Listener.of(
                            "http",
                            new Address("127.0.0.1", 0),
                            FilterChain.of(TestProxy.manager(TestProxy.forward("passthrough"))));
                    proxy.listeners.put("http", redirecting(main, true));
                    proxy.apply();
                    try (Client client = proxy.client()) {
                        assertThat(client.get("/")).endsWith(redirected ? "dialled" : "no healthy upstream");
                    }
                }
            }
        }
    }

    private static Listener redirecting(Listener l, boolean bind) {
        return new Listener(
                l.name(),
                l.address(),
                l.filterChains(),
                null,
                l.listenerFilters(),
                l.listenerFiltersTimeout(),
                true,
                bind,
                bind,
                TrafficDirection.OUTBOUND,
                null,
                null,
                "",
                List.of(),
                Metadata.NONE);
    }
}
