package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteAction.Mirror;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.UpstreamHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies of requests go to other clusters, and whatever becomes of them the request does not notice. */
@Timeout(60)
class MirrorTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String POST = "POST /p HTTP/1.1\r\nHost: shop.test:80\r\nContent-Length: ";

    /** Everything goes to {@code backend}; copies to the clusters {@code a}, {@code b} … of these ports. */
    private static TestProxy proxy(Duration timeout, Backend backend, Mirror[] policies, int... ports) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", backend.port());
        for (int i = 0; i < ports.length; i++) {
            proxy.cluster(String.valueOf((char) ('a' + i)), ports[i]);
        }
        RouteAction.Forward to =
                RouteAction.Forward.to("backend").withTimeout(timeout).withMirrors(policies);
        proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.action(to))));
        return proxy.apply();
    }

    private static TestProxy proxy(Backend backend, Mirror[] policies, int... ports) {
        return proxy(LIMIT, backend, policies, ports);
    }

    private static Mirror[] to(String... clusters) {
        return List.of(clusters).stream().map(Mirror::to).toArray(Mirror[]::new);
    }

    private static void await(Backend mirror, int requests) {
        Await.until(requests + " requests", LIMIT, () -> mirror.requests.size() == requests);
    }

    private static void await(TestProxy proxy, String metric) {
        Await.until(metric, LIMIT, () -> proxy.metrics().contains(metric));
    }

    private static String counter(String what, int n) {
        return "weft_mirror_" + what + "{envoy_http_conn_manager_prefix=\"test\"} " + n + "\n";
    }

    private static String rest(String cluster) {
        return "envoy_cluster_upstream_rq_active{envoy_cluster_name=\"" + cluster + "\"} 0\n";
    }

    @Test
    void severalClustersGetTheRequestWithItsBody() throws IOException {
        String body = "b".repeat(300_000);
        try (Backend backend = Backend.answering("ok");
                Backend a = Backend.answering("not for you");
                Backend b = Backend.answering("nor this");
                TestProxy proxy = proxy(
                        backend, new Mirror[] {Mirror.to("a"), new Mirror("b", "", null, true)}, a.port(), b.port());
                Client client = proxy.client()) {
            for (int i = 1; i <= 3; i++) {
                client.send(POST + body.length() + "\r\n\r\n" + body);
                assertThat(client.response()).endsWith("\r\n\r\nok");
                await(a, i);
                await(b, i);
            }
            assertThat(client.get("/g")).endsWith("\r\n\r\nok");
            await(a, 4);
            assertThat(a.requests.get(2))
                    .startsWith("POST /p HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: shop.test-shadow:80\r\n")
                    .endsWith("\r\n\r\n" + body);
            assertThat(b.requests.get(2))
                    .containsIgnoringCase("\r\nhost: shop.test:80\r\n")
                    .endsWith(body);
            assertThat(backend.requests.get(2))
                    .containsIgnoringCase("\r\nhost: shop.test:80\r\n")
                    .endsWith(body);
            assertThat(a.requests.get(3)).startsWith("GET /g HTTP/1.1\r\n").containsIgnoringCase("host: test-shadow");
            await(proxy, counter("requests", 8));
            await(proxy, rest("a"));
            await(proxy, rest("b"));
            assertThat(proxy.metrics())
                    .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"a\"} 4\n")
                    .contains(counter("failed", 0), counter("cut_off", 0));
        }
    }

    /** Over a shared connection of HTTP/2, with the mesh's TLS: windows instead of sockets. */
    @Test
    void anotherSidecarGetsACopy() throws IOException {
        String body = "b".repeat(300_000);
        String cluster = "outbound|80||orders.shop.svc.cluster.local";
        try (Backend backend = Backend.answering("ok");
                Backend mirror = Backend.answering("not for you");
                MeshSides.Inbound inbound = new MeshSides.Inbound(mirror.port());
                TestProxy proxy = MeshSides.outbound(
                        inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT, true, UpstreamHttp.DEFAULT)) {
            proxy.cluster("backend", backend.port());
            RouteAction.Forward to = RouteAction.Forward.to("backend").withMirrors(Mirror.to(cluster));
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.action(to))));
            proxy.apply();
            try (Client client = proxy.client()) {
                for (int i = 1; i <= 5; i++) {
                    client.send(POST + body.length() + "\r\n\r\n" + body);
                    assertThat(client.response()).endsWith("\r\n\r\nok");
                    client.send("GET /g HTTP/1.1\r\nHost: shop.test\r\n\r\n");
                    assertThat(client.response()).endsWith("\r\n\r\nok");
                    await(mirror, 2 * i);
                }
            }
            assertThat(mirror.requests)
                    .filteredOn(request -> request.endsWith("\r\n\r\n" + body))
                    .hasSize(5);
            assertThat(mirror.requests).allMatch(request -> request.contains("shop.test-shadow"));
            assertThat(mirror.requests).noneMatch(request -> request.contains("weft"));
            await(proxy, rest(cluster));
            assertThat(proxy.metrics()).contains(counter("failed", 0), counter("cut_off", 0));
        }
    }

    @Test
    void aShareIsCopiedAndAHeaderMayNameTheCluster() throws IOException {
        Mirror never = new Mirror("a", "", new RouteMatch.Fraction(0, 100), false);
        Mirror half = new Mirror("b", "", new RouteMatch.Fraction(500_000, 1_000_000), false);
        Mirror named = new Mirror("", "x-copy", null, false);
        try (Backend backend = Backend.answering("ok");
                Backend a = Backend.answering("");
                Backend b = Backend.answering("");
                Backend c = Backend.answering("");
                TestProxy proxy = proxy(backend, new Mirror[] {never, half, named}, a.port(), b.port(), c.port());
                Client client = proxy.client()) {
            for (int i = 0; i < 400; i++) {
                String name = i == 7 ? "c" : i == 8 ? "nobody" : "";
                client.send("GET / HTTP/1.1\r\nHost: a\r\nx-copy: " + name + "\r\n\r\n");
                assertThat(client.response()).endsWith("ok");
            }
            await(c, 1);
            await(proxy, rest("b"));
            assertThat(a.requests).isEmpty();
            assertThat(b.requests).hasSizeBetween(150, 250); // five standard deviations
        }
    }

    /** No endpoint, nobody listens, an answer that breaks the protocol, a connection that breaks. */
    @Test
    void nothingThatHappensToACopyReachesTheRequest() throws IOException {
        try (Backend backend = Backend.answering("ok");
                BlackHole hole = new BlackHole();
                Backend broken = new Backend(c -> {
                    c.readHead();
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n");
                });
                Backend gone = new Backend(c -> {
                    c.readHead();
                    c.socket.close();
                });
                TestProxy proxy =
                        proxy(backend, to("a", "b", "c", "d", "e"), 1, hole.port(), broken.port(), gone.port(), 2);
                Client client = proxy.client()) {
            proxy.cluster("e").apply(); // without endpoints
            for (int i = 0; i < 20; i++) {
                client.send(POST + "3\r\n\r\nabc");
                assertThat(client.response()).endsWith("\r\n\r\nok");
            }
            await(proxy, counter("failed", 100));
            for (String cluster : new String[] {"a", "b", "c", "d", "e"}) {
                await(proxy, rest(cluster));
            }
        }
    }

    @Test
    void aCopyThatDoesNotKeepUpIsCutOff() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.in.readNBytes(32 << 20);
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                });
                Backend stuck = new Backend(c -> {
                    c.readHead();
                    awaited(over);
                });
                TestProxy proxy = proxy(backend, to("a"), stuck.port());
                Client client = proxy.client()) {
            client.send(POST + (32 << 20) + "\r\n\r\n");
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 32; i++) {
                client.socket.getOutputStream().write(piece);
            }
            assertThat(client.response()).startsWith("HTTP/1.1 200");
            await(proxy, counter("cut_off", 1));
            await(proxy, rest("a"));
            over.countDown();
        }
    }

    @Test
    void aCopyHasTheRoutesTimeout() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (Backend backend = Backend.answering("ok");
                Backend silent = new Backend(c -> {
                    c.readRequest();
                    awaited(over);
                });
                TestProxy proxy = proxy(Duration.ofMillis(200), backend, to("a"), silent.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).endsWith("ok");
            await(proxy, "envoy_cluster_upstream_rq_timeout{envoy_cluster_name=\"a\"} 1\n");
            await(proxy, rest("a"));
            over.countDown();
        }
    }

    /** It never gets its end, so nobody may take it for a whole request. */
    @Test
    void aRequestThatBreaksOffTakesItsCopyAlong() throws IOException {
        CountDownLatch broken = new CountDownLatch(1);
        try (Backend backend = Backend.answering("ok");
                Backend mirror = new Backend(c -> {
                    c.readHead();
                    c.in.readNBytes(10);
                    broken.countDown();
                });
                TestProxy proxy = proxy(backend, to("a"), mirror.port())) {
            try (Client client = proxy.client()) {
                client.send(POST + "10\r\n\r\nabc");
                await(proxy, "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"a\"} 1\n");
            }
            awaited(broken);
            await(proxy, rest("a"));
            assertThat(mirror.requests).isEmpty();
        }
    }

    /** A copy outlives its request. */
    @Test
    void aCopyMayAnswerLater() throws IOException {
        CountDownLatch answered = new CountDownLatch(1);
        try (Backend backend = Backend.answering("ok");
                Backend slow = new Backend(c -> {
                    c.readRequest();
                    awaited(answered);
                    c.write("HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nno!");
                    c.readRequest();
                });
                TestProxy proxy = proxy(backend, to("a"), slow.port())) {
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).endsWith("ok");
            }
            answered.countDown();
            await(proxy, "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"a\"} 1\n");
            await(proxy, rest("a"));
            assertThat(proxy.metrics()).contains(counter("failed", 0));
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            if (!latch.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new AssertionError("not within 20 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
