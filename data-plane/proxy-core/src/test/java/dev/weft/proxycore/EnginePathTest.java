package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.AccessLog;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.EscapedSlashesAction;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes, log and upstream see one path: the normalised one (requirement R30). */
@Timeout(30)
class EnginePathTest {
    @TempDir
    Path folder;

    /** A proxy that refuses {@code /admin} and sends everything else to a backend. */
    private TestProxy proxy(HttpConnectionManager.Paths paths, int port) {
        RouteConfiguration routes = RouteConfiguration.of(
                "routes",
                VirtualHost.of(
                        "all",
                        List.of("*"),
                        Route.of(RouteMatch.prefix("/admin"), new RouteAction.DirectResponse(403, DataSource.EMPTY)),
                        Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to("backend"))));
        HttpConnectionManager m = TestProxy.logging(
                new AccessLog(
                        new AccessLog.Destination.File(log().toString()),
                        new AccessLog.Format.Text(
                                "%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%\n")),
                routes);
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", port);
        proxy.listener("http", FilterChain.of(TestProxy.edge(m, m.forwarding(), paths, m.commonHttp())));
        return proxy.apply();
    }

    private static HttpConnectionManager.Paths mesh() {
        return new HttpConnectionManager.Paths(true, true, EscapedSlashesAction.REJECT_REQUEST);
    }

    private Path log() {
        return folder.resolve("access.log");
    }

    /** What is logged, once the engine is closed. */
    private String logged() throws IOException {
        return Files.readString(log());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin",
                "//admin",
                "/./admin",
                "/x/../admin",
                "/x/%2e%2E/admin",
                "/%61dmin",
                "/x\\..\\admin",
                "/x//../../admin/y"
            })
    void noSpellingOfAPathGetsAroundItsRoute(String path) throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(mesh(), backend.port());
                Client client = proxy.client()) {
            assertThat(client.get(path)).startsWith("HTTP/1.1 403");
        }
        assertThat(logged()).startsWith("/admin").contains(" 403 ");
    }

    @Test
    void withoutNormalisationAnotherSpellingIsAnotherPath() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(HttpConnectionManager.Paths.DEFAULT, backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/x/../admin")).startsWith("HTTP/1.1 200");
            assertThat(backend.requests.get(0)).startsWith("GET /x/../admin HTTP/1.1\r\n");
        }
    }

    @Test
    void theUpstreamGetsThePathThatWasRoutedAndLogged() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(mesh(), backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/a//b/./c/../%7Ed?q=/../%2f")).startsWith("HTTP/1.1 200");
            assertThat(backend.requests.get(0)).startsWith("GET /a/b/~d?q=/../%2f HTTP/1.1\r\n");
        }
        assertThat(logged()).isEqualTo("/a/b/~d?q=/../%2f 200 - via_upstream\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2Fb", "/a%5cb", "/a%00"})
    void aPathOfTwoMeaningsIsRefused(String path) throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(mesh(), backend.port());
                Client client = proxy.client()) {
            assertThat(client.get(path)).startsWith("HTTP/1.1 400");
            assertThat(client.get("/fine")).as("the connection is good").startsWith("HTTP/1.1 200");
            assertThat(backend.requests).hasSize(1);
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_rq_failed_path_normalization"
                            + "{envoy_http_conn_manager_prefix=\"test\"} 1");
        }
        assertThat(logged()).startsWith(path + " 400 DPE path_normalization_failed\n");
    }

    @Test
    void escapedSlashesAreRedirectedButForClientsOfGrpc() throws IOException {
        HttpConnectionManager.Paths paths =
                new HttpConnectionManager.Paths(true, false, EscapedSlashesAction.UNESCAPE_AND_REDIRECT);
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(paths, backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/a%2Fb/..?q"))
                    .startsWith("HTTP/1.1 307 Temporary Redirect\r\n")
                    .contains("\r\nlocation: /a/?q\r\n");
            String grpc = "POST /a%2Fb HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\n\r\n";
            // Its own way to say 400, as Envoy says it.
            assertThat(client.send(grpc).response()).contains("\r\ngrpc-status: 13\r\n");
            assertThat(backend.requests).isEmpty();
        }
    }
}
