package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testkit.Await;
import dev.weft.testkit.TunnelClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT that ends here, over both versions. What Envoy makes of the same: ConnectDifferentialTest. */
@Timeout(60)
class ConnectTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int CONNECT_ERROR = 10; // RFC 9113 §7

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void manyBytesGoBothWaysAsTheyAre(String version) throws Exception {
        byte[] all = new byte[1 << 20];
        new SplittableRandom(1).nextBytes(all);
        try (Backend backend = Tunnels.echo();
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(client.status()).isEqualTo(200);
            CompletableFuture<Void> sender = Tunnels.inBackground(() -> {
                client.send(all, 0, all.length);
                client.end();
            });
            assertThat(client.in().readAllBytes()).isEqualTo(all);
            sender.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void theYesOfHttp1SaysNothingOfABody() throws Exception {
        try (Backend backend = Tunnels.echo();
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect("HTTP/1.1", proxy)) {
            assertThat(client.toString())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .doesNotContainIgnoringCase("content-length")
                    .doesNotContainIgnoringCase("transfer-encoding")
                    .doesNotContainIgnoringCase("connection:");
        }
    }

    /** The route's time-out is over long before the answer: it is not for tunnels. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void theClientsEndIsPassedOnAndTheEndpointMayStillTalk(String version) throws Exception {
        try (Backend backend = new Backend(c -> {
                    byte[] all = c.in.readAllBytes();
                    pause(700); // what is tested is that nothing happens meanwhile
                    c.write("got " + all.length);
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, ", \"timeout\": \"0.2s\"", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            Tunnels.send(client, "hello");
            client.end();
            assertThat(Tunnels.rest(client)).isEqualTo("got 5");
            awaitNothingLeft(proxy);
        }
    }

    /** The direction that is left works as before, also beyond what the buffers hold. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void muchMayFollowTheClientsEnd(String version) throws Exception {
        int size = 32 << 20;
        try (Backend backend = new Backend(c -> {
                    c.in.readAllBytes();
                    Tunnels.fill(size, c.out::write);
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            client.end();
            assertThat(client.in().readAllBytes().length).isEqualTo(size);
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitNothingLeft(TestProxy proxy) {
        Await.until(
                "no connection is left",
                LIMIT,
                () -> proxy.metrics().contains("envoy_cluster_upstream_cx_active{envoy_cluster_name=\"backend\"} 0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void theEndpointsEndIsTheEndOfTheTunnel(String version) throws Exception {
        try (Backend backend = new Backend(c -> c.write("goodbye"));
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(Tunnels.rest(client)).isEqualTo("goodbye");
            awaitNothingLeft(proxy);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void aClientThatBreaksTheTunnelResetsTheEndpoint(String version) throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Backend backend = new Backend(c -> seen.complete(Tunnels.endSeen(c)));
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(client.status()).isEqualTo(200);
            client.reset();
            assertThat(seen.get(10, TimeUnit.SECONDS)).contains("reset");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void anEndpointThatBreaksTheTunnelEndsItEarly(String version) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.write("half");
                    if (c.in.read() >= 0) {
                        c.socket.setSoLinger(true, 0);
                    }
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(Tunnels.read(client, 4)).isEqualTo("half");
            Tunnels.send(client, ".");
            if (version.equals("HTTP/2")) {
                assertThatThrownBy(() -> Tunnels.rest(client)).isInstanceOf(IOException.class);
                assertThat(client.resetCode()).isEqualTo(CONNECT_ERROR);
            } else {
                assertThat(Tunnels.rest(client)).isEmpty();
            }
            assertThat(proxy.metrics()).contains("response_flags=\"UC\"");
            seen.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void anEndpointThatRefusesIsA503(String version) throws Exception {
        try (TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", closedPort());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(client.status()).isEqualTo(503);
            assertThat(Tunnels.rest(client)).contains("remote connection failure");
            assertThat(proxy.metrics()).contains("response_flags=\"UF\"");
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket closed = new ServerSocket(0)) {
            return closed.getLocalPort();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void anotherEndpointIsTriedWhenOneRefuses(String version) throws Exception {
        try (Backend backend = new Backend(c -> c.write("me"));
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", closedPort(), backend.port())) {
            for (int i = 0; i < 4; i++) {
                try (TunnelClient client = Tunnels.connect(version, proxy)) {
                    assertThat(client.status()).isEqualTo(200);
                    assertThat(Tunnels.rest(client)).isEqualTo("me");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void silenceEndsATunnelAfterItsTime(String version) throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Backend backend = new Backend(c -> {
                    c.write("hello");
                    seen.complete(Tunnels.endSeen(c));
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, ", \"idle_timeout\": \"0.3s\"", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            if (version.equals("HTTP/2")) {
                assertThatThrownBy(() -> Tunnels.rest(client)).isInstanceOf(IOException.class);
            } else {
                assertThat(Tunnels.rest(client)).isEmpty();
            }
            assertThat(seen.get(10, TimeUnit.SECONDS)).contains("reset");
            assertThat(proxy.metrics()).contains("response_flags=\"SI\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void whoDoesNotReadStopsTheEndpointAndLosesNothing(String version) throws Exception {
        int size = 32 << 20; // fits into no buffer on the way
        CountDownLatch sent = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    Tunnels.fill(size, c.out::write);
                    sent.countDown();
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            assertThat(sent.await(500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(client.in().readAllBytes().length).isEqualTo(size);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void anEndpointThatDoesNotReadStopsTheClientAndLosesNothing(String version) throws Exception {
        int size = 32 << 20;
        CountDownLatch read = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    Tunnels.await(read);
                    c.write("got " + c.in.readAllBytes().length);
                });
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                TunnelClient client = Tunnels.connect(version, proxy)) {
            CompletableFuture<Void> sender = Tunnels.inBackground(() -> {
                Tunnels.fill(size, piece -> client.send(piece, 0, piece.length));
                client.end();
            });
            assertThatThrownBy(() -> sender.get(500, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            read.countDown();
            assertThat(Tunnels.rest(client)).isEqualTo("got " + size);
        }
    }

    /** Only CONNECT is a tunnel: another request on the same route goes as HTTP. */
    @Test
    void otherRequestsOfTheRouteGoAsHttp() throws Exception {
        try (Backend backend = Backend.answering("http");
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).endsWith("http");
        }
    }
}
