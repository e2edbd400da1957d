package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.TunnelClient;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.FilterChainMatch;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.VirtualHost;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT that ends here, with TLS on either side. */
@Timeout(60)
class ConnectTlsTest {
    /** The cluster's transport socket is the tunnel's: to a sidecar it is what opaque TCP is. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void aTunnelIntoTheMeshIsMutualTls(String version) throws Exception {
        try (Backend backend = new Backend(c -> c.write("got " + c.in.readAllBytes().length));
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound =
                        MeshSides.outbound(inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT)) {
            Tunnels.proxy(
                    "",
                    Tunnels.ENDS_HERE,
                    "",
                    outbound.clusters.keySet().iterator().next(),
                    outbound);
            try (TunnelClient client = Tunnels.connect(version, outbound)) {
                assertThat(client.status()).isEqualTo(200);
                Tunnels.send(client, "hello");
                client.end();
                assertThat(Tunnels.rest(client)).isEqualTo("got 5");
            }
            assertThat(inbound.proxy.metrics())
                    .containsPattern(
                            "istio_tcp_connections_opened_total\\{reporter=\"destination\".*source_principal=\""
                                    + MeshSides.CLIENT);
        }
    }

    /** Over TLS a client can only end both directions at once: what it had said arrives, and its end behind it. */
    @Test
    void theEndOfAClientOfTlsIsNoBreak() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        CountDownLatch gone = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    Tunnels.await(gone);
                    seen.complete(c.in.readAllBytes().length + " bytes");
                });
                TestProxy proxy = overTls(backend.port())) {
            SSLContext context = MeshSides.CA.client(MeshSides.CLIENT);
            try (Socket socket = context.getSocketFactory().createSocket("127.0.0.1", proxy.port("http"))) {
                socket.setSoTimeout(10_000);
                String request = "CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) socket.getInputStream().read());
                }
                assertThat(head.toString()).startsWith("HTTP/1.1 200 ");
                Tunnels.fill(1 << 20, socket.getOutputStream()::write);
            }
            gone.countDown();
            assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo((1 << 20) + " bytes");
        }
    }

    private static TestProxy overTls(int port) {
        RouteAction.Forward to = RouteAction.Forward.to("backend");
        RouteAction ends = new RouteAction.Forward(
                to.cluster(),
                to.clusterNotFoundResponseCode(),
                to.timeout(),
                null,
                null,
                null,
                false,
                null,
                to.priority(),
                Map.of(),
                true,
                to.maxStreamDuration(),
                to.metadataMatch(),
                List.of(),
                List.of());
        RouteConfiguration routes = RouteConfiguration.of(
                "r",
                VirtualHost.of("all", List.of("*"), Route.of(RouteMatch.of(new RouteMatch.PathMatch.Connect()), ends)));
        DownstreamTls tls = new DownstreamTls(MeshSides.common(List.of("http/1.1")), true, false);
        TestProxy proxy = new TestProxy().cluster("backend", port);
        proxy.listener("http", FilterChain.of(FilterChainMatch.ANY, tls, TestProxy.generous(routes)));
        proxy.secrets.putAll(MeshSides.CA.secrets(MeshSides.SERVER));
        return proxy.apply();
    }
}
