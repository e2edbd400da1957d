package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real Envoy and Weft, started from the same bootstrap, send the same copies of requests to the same mirrors. */
@Timeout(120)
class MirrorDifferentialTest {
    private static final String BODY = "b".repeat(100_000);

    @TempDir
    static Path folder;

    private static RecordingBackend backend;
    private static RecordingBackend first;
    private static RecordingBackend second;
    private static ProxyPair proxies;

    @BeforeAll
    static void startBoth() throws IOException {
        backend = RecordingBackend.start(200, "main");
        first = RecordingBackend.start(500, "the mirror's own");
        second = RecordingBackend.start(200, "");
        String hosts = """
                {"name": "h", "domains": ["*"], "request_headers_to_add": [{"header": {"key": "x-edited", "value": "1"}}],
                 "request_mirror_policies": [{"cluster": "first"}],
                 "routes": [
                  {"match": {"prefix": "/two/"}, "route": {"cluster": "backend", "prefix_rewrite": "/",
                   "request_mirror_policies": [{"cluster": "first", "disable_shadow_host_suffix_append": true},
                    {"cluster_header": "x-to"},
                    {"cluster": "second", "runtime_fraction": {"default_value": {"numerator": 0}}}]}},
                  {"match": {"prefix": "/host"}, "route": {"cluster": "backend", "host_rewrite_literal": "other.test"}},
                  {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}""";
        String clusters = String.join(
                ",",
                ProxyPair.cluster("backend", backend.port()),
                ProxyPair.cluster("first", first.port()),
                ProxyPair.cluster("second", second.port()));
        proxies = ProxyPair.start(
                folder,
                ProxyPair.bootstrap("", hosts, clusters).replace("\"http_filters\": [, ", "\"http_filters\": ["));
    }

    @AfterAll
    static void stopBoth() throws Exception {
        proxies.close();
        backend.close();
        first.close();
        second.close();
    }

    static List<String> requests() {
        return List.of(
                "GET /a?q=1 HTTP/1.1\r\nHost: shop.test\r\nx-own: 1\r\n\r\n",
                "HEAD /a HTTP/1.1\r\nHost: shop.test:8080\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 0\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: shop.test\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY,
                "PUT /a HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                "GET /host HTTP/1.1\r\nHost: shop.test\r\n\r\n",
                "POST /two/x HTTP/1.1\r\nHost: shop.test:1\r\nContent-Length: 3\r\n\r\nabc",
                "GET /two/x HTTP/1.1\r\nHost: shop.test:1\r\nx-to: nobody\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aMirrorGetsTheSame(String request) throws IOException, InterruptedException {
        List<List<String>> seen = new ArrayList<>();
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            assertThat(side.ask(request).status()).as(side.name()).isEqualTo(200);
            seen.add(List.of(said(backend.take()), said(first.take())));
        }
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
        assertThat(second.isEmpty()).isTrue();
    }

    @Test
    void severalMirrorsGetARequest() throws IOException, InterruptedException {
        String request = "GET /two/x HTTP/1.1\r\nHost: shop.test\r\nx-to: second\r\n\r\n";
        List<List<String>> seen = new ArrayList<>();
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            assertThat(side.ask(request).text()).isEqualTo("main");
            RecordingBackend.Request copy = first.take();
            seen.add(List.of(said(backend.take()), said(copy), said(second.take())));
            // docs/filters.md: what Envoy adds to copies alone.
            assertThat(copy.head().contains("\nx-envoy-internal: true\n")).isEqualTo(side == proxies.envoy);
            assertThat(copy.head().contains("\nx-forwarded-for: ")).isEqualTo(side == proxies.envoy);
        }
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
        assertThat(seen.get(0).get(2)).contains("\nhost: shop.test-shadow\n");
    }

    /** Without what is another every time, and what Envoy adds to copies alone (docs/filters.md). */
    private static String said(RecordingBackend.Request request) {
        List<String> lines = new ArrayList<>();
        String[] head = request.head().split("\n", -1);
        for (int i = 1; i < head.length; i++) {
            String line = head[i].toLowerCase(Locale.ROOT);
            if (!line.isEmpty()
                    && !line.startsWith("x-request-id:")
                    && !line.startsWith("x-envoy-internal:")
                    && !line.startsWith("x-forwarded-for:")) {
                lines.add(line);
            }
        }
        lines.sort(null);
        return head[0] + "\n" + String.join("\n", lines) + "\n\n" + request.body();
    }
}
