package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteAction.HostRewrite;
import dev.weft.xdsmodel.RouteAction.PathRewrite;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Headers the proxy adds by itself, and what it makes of the authority. Envoy's answers: DifferentialTest. */
@Timeout(30)
class EngineHeadersTest {
    private static final String DATE = "date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n";

    private static RouteAction.Forward to(
            ClusterSpecifier cluster, @Nullable PathRewrite path, @Nullable HostRewrite host, boolean forwardedHost) {
        return new RouteAction.Forward(
                cluster,
                503,
                Duration.ofSeconds(7),
                null,
                path,
                host,
                forwardedHost,
                null,
                RouteAction.Priority.DEFAULT,
                Map.of(),
                false,
                RouteAction.MaxStreamDuration.NONE,
                Metadata.NONE,
                List.of(),
                List.of());
    }

    private static TestProxy proxy(HttpConnectionManager manager, int... ports) {
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", ports);
        proxy.listener("http", FilterChain.of(manager));
        return proxy.apply();
    }

    private static String seenBy(RouteAction.Forward action) throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(TestProxy.manager(TestProxy.action(action)), backend.port());
                Client client = proxy.client()) {
            client.send("GET /old HTTP/1.1\r\nHost: asked.test\r\nx-host: said.test\r\n\r\n")
                    .response();
            return backend.requests.get(0);
        }
    }

    @Test
    void envoysHeadersAreAdded() throws IOException {
        RouteAction.Forward action = to(
                new ClusterSpecifier.Single("backend"),
                new PathRewrite.Full("/new"),
                new HostRewrite.Literal("inside.test"),
                true);
        assertThat(seenBy(action))
                .startsWith("GET /new HTTP/1.1\r\nHost: inside.test\r\n")
                .contains(
                        "x-envoy-expected-rq-timeout-ms: 7000\r\n",
                        "x-envoy-original-path: /old\r\n",
                        "x-envoy-original-host: asked.test\r\n",
                        "x-forwarded-host: asked.test\r\n");
    }

    @Test
    void theServiceTimeIsAdded() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).containsPattern("x-envoy-upstream-service-time: \\d+\r\n");
        }
    }

    @Test
    void envoysHeadersCanBeSuppressed() throws IOException {
        HttpConnectionManager m = TestProxy.manager(TestProxy.action(to(
                new ClusterSpecifier.Single("backend"),
                new PathRewrite.Full("/new"),
                new HostRewrite.Literal("inside.test"),
                false)));
        HttpConnectionManager quiet = new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                List.of(new HttpFilterEntry("router", false, new HttpFilterConfig.Router(true))),
                m.accessLogs(),
                m.timeouts(),
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
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(quiet, backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/old")).startsWith("HTTP/1.1 200").doesNotContain("x-envoy");
            assertThat(backend.requests.get(0))
                    .startsWith("GET /new HTTP/1.1\r\nHost: inside.test\r\n")
                    .doesNotContain("x-envoy");
        }
    }

    @Test
    void theHostComesFromAHeader() throws IOException {
        RouteAction.Forward action =
                to(new ClusterSpecifier.Single("backend"), null, new HostRewrite.FromHeader("X-Host"), false);
        assertThat(seenBy(action)).contains("\r\nHost: said.test\r\n").contains("x-host: said.test\r\n");
    }

    @Test
    void aShareMayHaveAHostOfItsOwn() throws IOException {
        ClusterSpecifier share = new ClusterSpecifier.Weighted(List.of(new ClusterSpecifier.ClusterWeight(
                "backend", 1, HeaderMutations.NONE, "share.test", Metadata.NONE, Map.of())));
        assertThat(seenBy(to(share, null, null, false)))
                .contains("\r\nHost: share.test\r\n")
                .doesNotContain("x-envoy-original-host");
        assertThat(seenBy(to(share, null, new HostRewrite.Literal("route.test"), false)))
                .contains("\r\nHost: route.test\r\n", "x-envoy-original-host: share.test\r\n");
    }

    @Test
    void theHostIsTheEndpointsName() throws IOException {
        RouteAction.Forward action = to(new ClusterSpecifier.Single("backend"), null, new HostRewrite.Auto(), false);
        // An address is no name: the client's host stands.
        assertThat(seenBy(action)).contains("\r\nHost: asked.test\r\n");
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = new TestProxy()) {
            proxy.clusters.put(
                    "backend",
                    Cluster.ofStatic(
                            "backend",
                            new LbEndpoint(
                                    new Address("127.0.0.1", backend.port()),
                                    "named.test",
                                    LbEndpoint.HealthStatus.UNKNOWN,
                                    Metadata.NONE,
                                    1)));
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.action(action))));
            proxy.apply();
            try (Client client = proxy.client()) {
                client.get("/");
            }
            assertThat(backend.requests.get(0))
                    .contains("\r\nHost: named.test\r\n")
                    .contains("x-envoy-original-host: test\r\n");
        }
    }

    @Test
    void everyAnswerHasADate() throws IOException {
        try (Backend backend = new Backend(c -> {
                    for (String r = c.readRequest(); r != null; r = c.readRequest()) {
                        String date = r.contains("/dated") ? "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" : "";
                        c.write("HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port())) {
            proxy.listener("none", FilterChain.of(TestProxy.manager(TestProxy.forward("missing"))));
            proxy.apply();
            try (Client client = proxy.client();
                    Client local = proxy.client("none");
                    Client refused = proxy.client()) {
                assertThat(client.get("/")).containsPattern(DATE);
                assertThat(client.get("/dated"))
                        .contains("Date: Sun, 06 Nov 1994")
                        .doesNotContainPattern(DATE);
                assertThat(local.get("/")).startsWith("HTTP/1.1 503").containsPattern(DATE);
                assertThat(refused.send("nonsense\r\n\r\n").rest())
                        .startsWith("HTTP/1.1 400")
                        .containsPattern(DATE);
            }
        }
    }
}
