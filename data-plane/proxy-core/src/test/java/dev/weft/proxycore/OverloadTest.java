package dev.weft.proxycore;

import static dev.weft.balance.OverloadAction.CLOSE_IDLE;
import static dev.weft.balance.OverloadAction.SHED;
import static dev.weft.balance.OverloadAction.STOP_ACCEPTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.UpstreamHttp;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does at each step of overload; each test begins or ends with the proxy that was not told. */
@Timeout(30)
class OverloadTest {
    private static final String SHED_COUNT =
            "envoy_http_downstream_rq_overload_close{envoy_http_conn_manager_prefix=\"test\"} ";

    private static Backend slow(CountDownLatch arrived, CountDownLatch answer) {
        return new Backend(c -> {
            while (c.readRequest() != null) {
                arrived.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                c.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
            }
        });
    }

    @Test
    void responsesEndTheirConnection() throws IOException {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).doesNotContain("onnection: close");
            proxy.engine.overload(Set.of(CLOSE_IDLE));
            assertThat(client.get("/"))
                    .startsWith("HTTP/1.1 200")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("ok");
            assertThat(client.rest()).isEmpty();
            try (Client next = proxy.client()) {
                assertThat(next.get("/")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void sharedConnectionsAreSaidGoodbyeTo() throws IOException {
        try (Backend backend = Backend.answering("ok");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = MeshSides.outbound(
                        inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT, true, UpstreamHttp.DEFAULT);
                Client client = outbound.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 200");
            assertThat(client.get("/")).startsWith("HTTP/1.1 200");
            String made = "envoy_cluster_upstream_cx_total{envoy_cluster_name="
                    + "\"outbound|80||orders.shop.svc.cluster.local\"} ";
            assertThat(outbound.metrics()).contains(made + "1");
            inbound.proxy.engine.overload(Set.of(CLOSE_IDLE));
            assertThat(client.get("/")).startsWith("HTTP/1.1 200"); // with it comes GOAWAY
            assertThat(client.get("/")).startsWith("HTTP/1.1 200");
            assertThat(outbound.metrics()).contains(made + "2");
        }
    }

    @Test
    void whatCarriedNothingSinceTheLastSweepIsClosed() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend backend = slow(arrived, answer);
                TestProxy proxy = TestProxy.http(backend.port());
                Client busy = proxy.client();
                Client idle = proxy.client()) {
            busy.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            arrived.await();
            while (proxy.engine.connections() < 2) {
                Thread.onSpinWait();
            }
            proxy.engine.closeUnusedConnections();
            assertThat(proxy.engine.connections()).isEqualTo(2);
            proxy.engine.closeUnusedConnections();
            assertThat(idle.read()).isEqualTo(-1);
            answer.countDown();
            assertThat(busy.response()).endsWith("late");
            // Used since the last sweep: one more is survived.
            proxy.engine.closeUnusedConnections();
            assertThat(busy.get("/")).endsWith("late");
        }
    }

    @Test
    void newRequestsAreRefusedAndThoseUnderWayFinish(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("access.log");
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend backend = slow(arrived, answer);
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(TestProxy.logging(log, TestProxy.forward("backend"))));
            proxy.apply();
            try (Client early = proxy.client();
                    Client late = proxy.client()) {
                early.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
                arrived.await();
                proxy.engine.overload(Set.of(CLOSE_IDLE, SHED));
                assertThat(late.send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello")
                                .response())
                        .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                        .contains("\r\nretry-after: 1\r\n", "\r\nConnection: close\r\n")
                        .endsWith("\r\n\r\nenvoy overloaded");
                assertThat(backend.requests).hasSize(1);
                answer.countDown();
                assertThat(early.response()).startsWith("HTTP/1.1 200").endsWith("late");
            }
            assertThat(proxy.metrics()).contains(SHED_COUNT + "1");
            proxy.engine.overload(Set.of());
            try (Client after = proxy.client()) {
                assertThat(after.get("/")).startsWith("HTTP/1.1 200").doesNotContain("onnection: close");
            }
            assertThat(proxy.metrics()).contains(SHED_COUNT + "1");
        }
        assertThat(Files.readAllLines(log)).anyMatch(line -> line.contains(" 503 OM ") && line.contains("\"POST /x "));
    }

    @Test
    void callersOfGrpcReadThatWeAreUnavailable() throws IOException {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            proxy.engine.overload(Set.of(CLOSE_IDLE, SHED));
            client.send("POST /shop.Orders/List HTTP/1.1\r\nHost: t\r\nContent-Type: application/grpc\r\n"
                    + "Content-Length: 0\r\n\r\n");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\ngrpc-status: 14\r\n", "\r\ngrpc-message: envoy overloaded\r\n");
            assertThat(backend.requests).isEmpty();
            proxy.engine.overload(Set.of());
            try (Client served = proxy.client()) {
                assertThat(served.get("/")).endsWith("ok");
            }
        }
    }

    @Test
    void newConnectionsWaitUntilItIsOver() throws IOException {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client open = proxy.client()) {
            assertThat(open.get("/")).startsWith("HTTP/1.1 200");
            proxy.engine.overload(Set.of(STOP_ACCEPTING));
            proxy.engine.connections(); // the loop has heard of it
            // A listener that comes meanwhile does not accept either.
            proxy.listener("other", FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
            proxy.apply();
            proxy.engine.connections();
            for (String listener : new String[] {"http", "other"}) {
                try (Client waiting = proxy.client(listener)) {
                    waiting.socket.setSoTimeout(200);
                    assertThatThrownBy(() -> waiting.get("/")).isInstanceOf(SocketTimeoutException.class);
                }
            }
            assertThat(open.get("/")).startsWith("HTTP/1.1 200");
            try (Client waiting = proxy.client("other")) {
                waiting.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
                proxy.engine.overload(Set.of());
                assertThat(waiting.response()).startsWith("HTTP/1.1 200");
            }
        }
    }
}
