package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Address;
import dev.weft.base.Pem;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.FilterChainMatch;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ForwardClientCertDetails;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TrafficDirection;
import dev.weft.xdsmodel.TransportSocket.Plaintext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two engines beside each other: application → outbound → mTLS → inbound → application. */
@Timeout(30)
class MeshTest {
    private static final MeshCa CA = MeshSides.CA;

    private static HttpConnectionManager.Forwarding clientCert(
            ForwardClientCertDetails action, boolean uri, boolean dns) {
        return clientCert(action, new HttpConnectionManager.SetClientCertDetails(false, false, false, dns, uri));
    }

    private static HttpConnectionManager.Forwarding clientCert(
            ForwardClientCertDetails action, HttpConnectionManager.SetClientCertDetails details) {
        HttpConnectionManager.Forwarding f = HttpConnectionManager.Forwarding.DEFAULT;
        return new HttpConnectionManager.Forwarding(
                f.useRemoteAddress(),
                f.xffNumTrustedHops(),
                f.skipXffAppend(),
                f.internalAddresses(),
                f.appendXForwardedPort(),
                f.via(),
                action,
                details);
    }

    @Test
    void httpGoesThroughBothSidesAndEachKnowsTheOther() throws IOException {
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT);
                Client client = outbound.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: orders\r\nx-weft-peer: forged;x\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("orders");
            assertThat(client.get("/2")).endsWith("orders");
            assertThat(backend.requests).hasSize(2).noneMatch(r -> r.contains("x-weft"));
            assertThat(outbound.metrics())
                    .containsPattern(
                            "istio_requests_total\\{reporter=\"source\".*source_principal=\"" + MeshSides.CLIENT
                                    + "\".*destination_workload=\"orders-1\".*"
                                    + "destination_principal=\"" + MeshSides.SERVER
                                    + "\".*connection_security_policy=\"mutual_tls\".*} 2");
            assertThat(inbound.proxy.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"destination\",source_workload=\"test\".*"
                            + "source_principal=\"" + MeshSides.CLIENT
                            + "\".*connection_security_policy=\"mutual_tls\".*} 2");
        }
    }

    /** What the application is told of the caller's certificate when the caller forges a header of its own. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SANITIZE            |
            FORWARD_ONLY        | x-forwarded-client-cert: forged
            ALWAYS_FORWARD_ONLY | x-forwarded-client-cert: forged
            SANITIZE_SET        | x-forwarded-client-cert: By=SERVER;Hash=HASH;URI=CLIENT
            APPEND_FORWARD      | x-forwarded-client-cert: forged,By=SERVER;Hash=HASH;URI=CLIENT
            """)
    void theApplicationHearsOfTheVerifiedCertificateAsAsked(ForwardClientCertDetails action, @Nullable String expected)
            throws Exception {
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port(), clientCert(action, true, true));
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT)) {
            // A caller whose own sidecar lets it forge the header.
            outbound.listener(
                    "http",
                    FilterChain.of(MeshSides.forwarding(
                            TestProxy.forward("outbound|80||orders.shop.svc.cluster.local"),
                            clientCert(ForwardClientCertDetails.ALWAYS_FORWARD_ONLY, false, false))));
            outbound.apply();
            String own = ((DataSource.Inline)
                            ((Secret.TlsCertificate) outbound.secrets.get("default")).certificateChain())
                    .text();
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(Pem.certificates(own).getFirst().getEncoded()));
            try (Client client = outbound.client()) {
                for (int i = 0; i < 2; i++) {
                    client.send("GET / HTTP/1.1\r\nHost: orders\r\nx-forwarded-client-cert: forged\r\n\r\n")
                            .response();
                }
            }
            for (String request : backend.requests) {
                List<String> said = request.lines()
                        .filter(line -> line.startsWith("x-forwarded-client-cert"))
                        .map(line -> line.replace(MeshSides.SERVER, "SERVER")
                                .replace(MeshSides.CLIENT, "CLIENT")
                                .replace(hash, "HASH"))
                        .toList();
                assertThat(said).isEqualTo(expected == null ? List.of() : List.of(expected));
            }
            assertThat(backend.requests).hasSize(2);
        }
    }

    /** Beside a real Envoy, with chains and odd names: ClientCertDifferentialTest. */
    @Test
    void theApplicationHearsTheWholeCertificateWhereAsked() throws Exception {
        HttpConnectionManager.Forwarding all = clientCert(
                ForwardClientCertDetails.SANITIZE_SET,
                new HttpConnectionManager.SetClientCertDetails(true, true, true, true, true));
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port(), all);
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT)) {
            try (Client client = outbound.client()) {
                assertThat(client.get("/")).endsWith("orders");
            }
            String own = ((DataSource.Inline)
                            ((Secret.TlsCertificate) outbound.secrets.get("default")).certificateChain())
                    .text();
            assertThat(backend.requests.getFirst())
                    .containsPattern("\r\nx-forwarded-client-cert: By=" + MeshSides.SERVER
                            + ";Hash=[0-9a-f]{64};Cert=\"[^\"]+\";Chain=\"[^\"]+\";Subject=\"O=weft\";URI="
                            + MeshSides.CLIENT + "\r\n");
            for (String key : List.of("Cert=\"", "Chain=\"")) {
                String escaped = backend.requests.getFirst().split(key, 2)[1].split("\"", 2)[0];
                assertThat(escaped).doesNotContainPattern("[^A-Za-z0-9%-]");
                assertThat(URLDecoder.decode(escaped, StandardCharsets.US_ASCII))
                        .isEqualTo(own);
            }
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
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT);
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
                                    + MeshSides.CLIENT);
        }
    }

    @Test
    void anEndpointWithAnotherIdentityIsRefused() throws IOException {
        try (Backend backend = Backend.answering("never");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = MeshSides.outbound(
                        inbound.proxy.port("http"), "spiffe://cluster.local/ns/shop/sa/payments", MeshSides.CLIENT);
                Client client = outbound.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("TLS_error");
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void plaintextIsNotServedWhereTlsIsRequired() throws IOException {
        try (Backend backend = Backend.answering("never");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                Client client = inbound.proxy.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: orders\r\n\r\n").rest())
                    .isEmpty();
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void rotationKeepsConnections() throws IOException {
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT);
                Client client = outbound.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.get("/" + i)).startsWith("HTTP/1.1 200");
                inbound.rotate(MeshSides.SERVER);
                outbound.secrets.putAll(CA.secrets(MeshSides.CLIENT));
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
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT);
                Client client = outbound.client()) {
            outbound.secrets.putAll(CA.secrets(MeshSides.CLIENT, end));
            outbound.apply();
            String connections =
                    "envoy_cluster_upstream_cx_total{envoy_cluster_name=\"outbound|80||orders.shop.svc.cluster.local\"} ";
            try (Client opaque = outbound.client("tcp")) {
                assertThat(opaque.get("/")).endsWith("ok");
                assertThat(client.get("/1")).endsWith("ok");
                assertThat(client.get("/2")).endsWith("ok");
                assertThat(outbound.metrics()).contains(connections + "2"); // one each
                outbound.secrets.putAll(CA.secrets(MeshSides.CLIENT));
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
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port())) {
            inbound.proxy.secrets.putAll(CA.secrets(MeshSides.SERVER, end));
            inbound.proxy.apply();
            SSLContext context = CA.client(MeshSides.CLIENT);
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
                proxy.listeners.put(
                        "0.0.0.0_80", redirecting(MeshSides.inspected(virtual, TrafficDirection.OUTBOUND), false));
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

    @Test
    void aVirtualAddressIsNotDialled() throws IOException {
        InetSocketAddress wanted = new InetSocketAddress("240.240.0.7", 80);
        try (TestProxy proxy = new TestProxy(channel -> wanted)) {
            passthrough(proxy, Map.of("virtual_addresses", "240.240.0.0/16"));
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 404 ");
            }
            try (Client client = new Client(proxy.port("tcp"))) {
                assertThat(client.rest()).isEmpty();
            }
            assertThat(proxy.metrics())
                    .containsPattern("istio_requests_total\\{.*response_code=\"404\".*response_flags=\"NR\".*} 1")
                    .containsPattern("istio_tcp_connections_opened_total\\{.*response_flags=\"NR\".*} 1");
        }
    }

    @Test
    void badVirtualAddressesAreRefused() {
        try (TestProxy proxy = new TestProxy()) {
            assertThatThrownBy(() -> passthrough(proxy, Map.of("virtual_addresses", "240.240.0.0/99")))
                    .hasMessageContaining("clusters[passthrough].metadata.weft.virtual_addresses");
        }
    }

    /** Dialled, the connection would be redirected to us again, and so on. */
    @Test
    void whoCallsTheListenerItselfIsNotPassedOnToIt() throws IOException {
        try (TestProxy proxy = new TestProxy(channel -> (InetSocketAddress) channel.localAddress())) {
            passthrough(proxy, Map.of());
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503 ").endsWith("no healthy upstream");
            }
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_cx_total{envoy_http_conn_manager_prefix=\"test\"} 1\n");
        }
    }

    @Test
    void whatAPeerSendsInsteadOfTlsIsNotRepeated() throws IOException {
        try (Backend plain = new Backend(c -> c.write("HTTP/1.1 400 Bad Request\r\n\r\nsecret"));
                TestProxy outbound = MeshSides.outbound(plain.port(), MeshSides.SERVER, MeshSides.CLIENT);
                Client client = outbound.client()) {
            assertThat(client.get("/"))
                    .startsWith("HTTP/1.1 503")
                    .endsWith("delayed connect error: TLS_error:not_TLS")
                    .doesNotContain("48545450"); // HTTP
        }
    }

    /** Listeners {@code http} and {@code tcp} that send everything where it wanted to go. */
    private static void passthrough(TestProxy proxy, Map<String, @Nullable Object> settings) {
        Cluster base = Cluster.of("passthrough", Cluster.DiscoveryType.ORIGINAL_DST);
        proxy.clusters.put(
                "passthrough",
                new Cluster(
                        base.name(),
                        "",
                        base.type(),
                        "",
                        Duration.ofSeconds(2),
                        base.loadBalancing(),
                        null,
                        new Plaintext(),
                        List.of(),
                        base.circuitBreakers(),
                        base.http(),
                        base.dns(),
                        base.originalDst(),
                        null,
                        new Metadata(Map.of("weft", settings)),
                        List.of(),
                        Cluster.HealthChecking.NONE));
        FilterChain http = FilterChain.of(TestProxy.manager(TestProxy.forward("passthrough")));
        FilterChain tcp = FilterChain.of(TcpProxy.of("tcp", "passthrough"));
        Address any = new Address("127.0.0.1", 0);
        proxy.listeners.put("http", redirecting(Listener.of("http", any, http), true));
        proxy.listeners.put("tcp", redirecting(Listener.of("tcp", any, tcp), true));
        proxy.apply();
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
