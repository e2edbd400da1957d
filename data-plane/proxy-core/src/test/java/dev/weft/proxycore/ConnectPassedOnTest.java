package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.TunnelClient;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT that an endpoint is to answer itself. */
@Timeout(60)
class ConnectPassedOnTest {
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void aConnectIsPassedOnAsOne(String version) throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 Fine\r\nContent-Length: 0\r\nX-Upstream: yes\r\n\r\nhello");
                    c.write("got " + c.in.readAllBytes().length);
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.PASSED_ON, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.toString()).doesNotContainIgnoringCase("content-length");
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            Tunnels.send(client, "a message");
            client.end();
            assertThat(Tunnels.rest(client)).isEqualTo("got 9");
            assertThat(backend.requests.getFirst())
                    .startsWith("CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test:80\r\n");
        }
    }

    /** To a server that declines what is meant for the tunnel would be the next request on its connection. */
    @Test
    void nothingOfATunnelIsSentBeforeItIsAgreedTo() throws Exception {
        CompletableFuture<String> more = new CompletableFuture<>();
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 2\r\n\r\nno");
                    more.complete(Tunnels.endSeen(c));
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.PASSED_ON, "", backend.port());
                Client client = proxy.client()) {
            client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 405").endsWith("no");
            assertThat(more.get(10, TimeUnit.SECONDS)).isNotEqualTo("a byte");
        }
    }

    @Test
    void whatCameBeforeTheYesFollowsIt() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    Tunnels.await(sent);
                    c.write("HTTP/1.1 200 OK\r\n\r\n");
                    c.in.transferTo(c.out);
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.PASSED_ON, "", backend.port());
                Client client = proxy.client()) {
            client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly");
            sent.countDown();
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            client.send(" and late");
            client.socket.shutdownOutput();
            assertThat(client.rest()).isEqualTo("early and late");
        }
    }

    /** Two proxies with HTTP/2 between them: the first passes it on, at the second it ends. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void aConnectIsPassedOnOverHttp2(String version) throws Exception {
        try (Backend backend = Tunnels.echo();
                TestProxy second = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TestProxy first = Tunnels.proxy("", Tunnels.PASSED_ON, "", overHttp2(second.port("http")));
                TunnelClient client = Tunnels.connect(version, first)) {
            assertThat(client.status()).isEqualTo(200);
            Tunnels.send(client, "hello");
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            Tunnels.send(client, " again");
            client.end();
            assertThat(Tunnels.rest(client)).isEqualTo(" again");
        }
    }

    /** RFC 8441 §3: the first request of a connection must wait for the peer's SETTINGS, which say whether it may ask. */
    @Test
    void aWebSocketIsPassedOnOverAConnectionThatIsNew() throws IOException {
        String websocket = "{\"upgrade_type\": \"websocket\"}";
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                    c.in.transferTo(c.out);
                });
                TestProxy second = Tunnels.proxy(websocket, "", backend.port());
                TestProxy first = Tunnels.proxy("", websocket, "", overHttp2(second.port("http")));
                Client client = first.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.send("A");
            assertThat(client.read()).isEqualTo('A');
        }
    }

    /** Nor is it kept waiting for one that ends without a word. */
    @Test
    void aWebSocketToAPeerThatSaysNothingFails() throws IOException {
        String websocket = "{\"upgrade_type\": \"websocket\"}";
        try (Backend backend = new Backend(c -> c.in.read());
                TestProxy first = Tunnels.proxy("", websocket, "", overHttp2(backend.port()));
                Client client = first.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 503 ");
        }
    }

    private static TestProxy overHttp2(int port) {
        Parsed<Cluster> cluster = XdsReader.clusterJson("""
                {"name": "backend", "type": "STATIC", "connect_timeout": "1s", "typed_extension_protocol_options": {
                  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicit_http_config": {"http2_protocol_options": {}}}},
                 "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint":
                   {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}
                """.formatted(port));
        TestProxy proxy = new TestProxy();
        proxy.clusters.put("backend", ((Parsed.Ok<Cluster>) cluster).value());
        return proxy;
    }
}
