package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.Json;
import dev.weft.xdsmodel.AccessLog;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.FilterChainMatch;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TrafficDirection;
import dev.weft.xdsmodel.TransportSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is logged where: requests, opaque connections, connections of a listener. Lines of a real Envoy 1.40 are the model. */
@Timeout(30)
class AccessLogTest {
    private static final String LINE = "%PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% "
            + "%UPSTREAM_HOST% %RESPONSE_CODE_DETAILS%\n";

    @TempDir
    Path folder;

    private AccessLog log(String file) {
        return new AccessLog(
                new AccessLog.Destination.File(folder.resolve(file).toString()), new AccessLog.Format.Text(LINE));
    }

    private TcpProxy tcp(String cluster) {
        TcpProxy t = TcpProxy.of("tcp", cluster);
        return new TcpProxy(
                t.statPrefix(), t.cluster(), t.idleTimeout(), 1, null, List.of(log("tcp.log")), Metadata.NONE, false);
    }

    private void listener(TestProxy proxy, FilterChain... chains) {
        Listener l = Listener.of("http", new Address("127.0.0.1", 0), chains);
        proxy.listeners.put(
                "http",
                new Listener(
                        l.name(),
                        l.address(),
                        l.filterChains(),
                        null,
                        l.listenerFilters(),
                        l.listenerFiltersTimeout(),
                        false,
                        false,
                        true,
                        TrafficDirection.UNSPECIFIED,
                        null,
                        null,
                        "",
                        List.of(log("listener.log")),
                        Metadata.NONE));
        proxy.apply();
    }

    /** All lines; the engine is closed first, so that they are written. */
    private String lines(TestProxy proxy, String file) throws IOException {
        proxy.engine.close();
        Path path = folder.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @Test
    void anOpaqueConnectionHasALineInItsFiltersLogAndInTheListeners() throws IOException {
        try (Backend backend = new Backend(c -> {
                    byte[] all = c.in.readAllBytes();
                    c.write("got " + all.length);
                });
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            listener(proxy, FilterChain.of(tcp("backend")));
            try (Client client = proxy.client()) {
                client.send("hello");
                client.socket.shutdownOutput();
                assertThat(client.rest()).isEqualTo("got 5");
            }
            String line = "- 0 - 5 5 127.0.0.1:" + backend.port() + " -\n";
            assertThat(lines(proxy, "tcp.log")).isEqualTo(line);
            assertThat(lines(proxy, "listener.log")).isEqualTo(line);
        }
    }

    @Test
    void anOpaqueConnectionThatWentNowhereSaysWhy() throws IOException {
        try (TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend");
            listener(proxy, FilterChain.of(tcp("backend")));
            try (Client client = proxy.client()) {
                assertThat(client.rest()).isEmpty();
            }
            assertThat(lines(proxy, "tcp.log")).isEqualTo("- 0 UH 0 0 - -\n");
        }
    }

    @Test
    void anHttpConnectionHasALineInTheListenersLog() throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            listener(proxy, FilterChain.of(TestProxy.manager(TestProxy.forward("backend"))));
            String answer;
            try (Client client = proxy.client()) {
                answer = client.send(request).rest();
            }
            assertThat(answer).endsWith("hello");
            assertThat(lines(proxy, "listener.log"))
                    .isEqualTo("HTTP/1.1 0 - " + request.length() + " " + answer.length() + " - -\n");
        }
    }

    @Test
    void aRequestWhoseEndpointCannotBeReachedInTimeSaysSoOnce() throws IOException {
        try (BlackHole hole = new BlackHole();
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", hole.port());
            listener(proxy, FilterChain.of(TestProxy.logging(log("http.log"), TestProxy.forward("backend"))));
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503").endsWith("reset reason: connection timeout");
            }
            assertThat(lines(proxy, "http.log"))
                    .matches(
                            "HTTP/1.1 503 UF 0 \\d+ \\S+ upstream_reset_before_response_started\\{connection_timeout}\n");
        }
    }

    @Test
    void aConnectionNoFilterChainTakesIsLoggedByTheListener() throws IOException {
        try (TestProxy proxy = new TestProxy()) {
            FilterChainMatch other = FilterChainMatch.ANY.withApplicationProtocols("nothing-speaks-this");
            listener(
                    proxy,
                    FilterChain.of(
                            other, new TransportSocket.Plaintext(), TestProxy.manager(TestProxy.forward("backend"))));
            try (Client client = proxy.client()) {
                assertThat(client.rest()).isEmpty();
            }
            assertThat(lines(proxy, "listener.log")).isEqualTo("- 0 NR 0 0 - filter_chain_not_found\n");
        }
    }

    @Test
    void aMalformedRequestHasOneLineWithItsReason() throws IOException {
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(TestProxy.logging(log("http.log"), TestProxy.forward("backend"))));
            proxy.apply();
            for (String request : MALFORMED) {
                assertThat(answer(proxy, request)).startsWith("HTTP/1.1 4");
            }
            assertThat(lines(proxy, "http.log").lines())
                    .satisfiesExactly(
                            line -> assertThat(line).isEqualTo("- 400 DPE 0 0 - http1.many_hosts"),
                            line -> assertThat(line).isEqualTo("- 413 DPE 0 0 - http1.content_too_large"),
                            line -> assertThat(line)
                                    .matches("HTTP/1.1 400 DPE 0 0 (127.0.0.1:\\d+|-) http1.codec_error"));
        }
    }

    /** Where no access log says so, the process's own log does: not each time, so that nobody fills a disk with it. */
    @Test
    void withoutAnAccessLogTheReasonIsSaidOnceASecond() throws IOException {
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = TestProxy.http(backend.port())) {
            for (int i = 0; i < 20; i++) {
                for (String request : MALFORMED) {
                    assertThat(answer(proxy, request)).startsWith("HTTP/1.1 4");
                }
            }
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_cx_protocol_error{envoy_http_conn_manager_prefix=\"test\"} 60\n");
            proxy.engine.close();
            List<String> said =
                    proxy.said.toString(StandardCharsets.UTF_8).lines().toList();
            assertThat(said).hasSizeBetween(1, 5).allMatch(line -> line.contains(" refused a request from 127.0.0.1:"));
            assertThat(said.getFirst()).contains(": 400 http1.many_hosts");
            long all = said.stream()
                    .map(Pattern.compile("and (\\d+) more")::matcher)
                    .mapToLong(more -> 1 + (more.find() ? Long.parseLong(more.group(1)) : 0))
                    .sum();
            assertThat(all).as("each is counted in some line").isEqualTo(60);
        }
    }

    private static final List<String> MALFORMED = List.of(
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n");

    private static String answer(TestProxy proxy, String request) throws IOException {
        try (Client client = proxy.client()) {
            return client.send(request).rest();
        }
    }

    @Test
    void aJsonLineHasEnvoysTypes() throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("status", "%RESPONSE_CODE%");
        fields.put("agent", "%REQ(USER-AGENT)%");
        fields.put("path", "%REQ(:PATH)%");
        fields.put("id", "%REQ(X-ID)%");
        fields.put("mixed", "a %RESPONSE_CODE%");
        fields.put("nested", Map.of("flags", "%RESPONSE_FLAGS%"));
        HttpConnectionManager m = TestProxy.manager(TestProxy.forward("backend"));
        AccessLog json = new AccessLog(
                new AccessLog.Destination.File(folder.resolve("json.log").toString()),
                new AccessLog.Format.Json(fields));
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(TestProxy.logging(json, ((RouteSource.Inline) m.routes()).routes())));
            proxy.apply();
            try (Client client = proxy.client()) {
                client.send("GET /a\"b HTTP/1.1\r\nHost: test\r\nX-Id: 42\r\n\r\n")
                        .response();
            }
            // Beside Envoy's: {"mixed":"a 200","nested":{"flags":"-"},"path":…,"status":200,"agent":null}
            assertThat(Json.parse(lines(proxy, "json.log")))
                    .isEqualTo(Json.parse(
                            "{\"status\":200,\"agent\":null,\"path\":\"/a\\\"b\",\"id\":\"42\",\"mixed\":\"a 200\","
                                    + "\"nested\":{\"flags\":\"-\"}}"));
        }
    }
}
