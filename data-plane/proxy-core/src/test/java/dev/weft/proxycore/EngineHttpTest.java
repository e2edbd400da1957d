package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.RouteAction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EngineHttpTest {
    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void requestsOfAConnectionShareOneUpstreamConnection() throws IOException {
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.get("/" + i))
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .endsWith("\r\n\r\nhello");
            }
            assertThat(backend.connections).hasValue(1);
            assertThat(backend.requests.get(3)).startsWith("GET /3 HTTP/1.1\r\nHost: test\r\n");
        }
    }

    @Test
    void headersKeepTheirCaseAndHopByHopOnesStay() throws IOException {
        try (Backend backend = Backend.answering("");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send(
                            "GET / HTTP/1.1\r\nhOsT: test\r\nX-CamelCase:   a b  \r\nConnection: X-Mine, Upgrade, HTTP2-Settings\r\n"
                                    + "X-Mine: 1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nKeep-Alive: 5\r\nTE: trailers\r\n\r\n")
                    .response();
            String seen = backend.requests.get(0);
            assertThat(seen).contains("hOsT: test\r\n", "X-CamelCase: a b\r\n", "TE: trailers\r\n");
            assertThat(seen.toLowerCase(Locale.ROOT))
                    .doesNotContain("upgrade", "http2-settings", "x-mine", "keep-alive", "connection");
            assertThat(seen).containsPattern("x-request-id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-");
            assertThat(seen).contains("x-forwarded-proto: http\r\n");
        }
    }

    @Test
    void requestBodiesOfBothFramingsArrive() throws IOException {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello")
                    .response();
            client.send(
                            "POST /b HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
                    .response();
            assertThat(backend.requests.get(0)).endsWith("\r\n\r\nhello");
            assertThat(backend.requests.get(1))
                    .contains("Transfer-Encoding: chunked")
                    .endsWith("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        }
    }

    /** All of it is there before there is a connection: trailers wait with the body. */
    @Test
    void trailersOfARequestThatComesAtOnceArrive() throws IOException {
        for (String body : List.of("3\r\nabc\r\n", "")) {
            String end = body + "0\r\nX-Sum: 1\r\n\r\n";
            try (Backend backend = new Backend(c -> {
                        assertThat(c.readHead()).startsWith("POST /a");
                        byte[] rest = c.in.readNBytes(end.length());
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: " + rest.length + "\r\n\r\n"
                                + new String(rest, StandardCharsets.US_ASCII));
                    });
                    TestProxy proxy = TestProxy.generous(backend.port());
                    Client client = proxy.client()) {
                client.send("POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + end);
                assertThat(client.response()).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n" + end);
            }
        }
    }

    @Test
    void chunkedResponsesTrailersAndInterimResponsesPass() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                        c.write("HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWeft\r\n");
                        c.write("0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.generous(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200 Fine\r\n").contains("Transfer-Encoding: chunked");
            assertThat(client.head()).isEqualTo("4\r\nWeft\r\n0\r\nX-Sum: 1\r\n\r\n");
            assertThat(client.get("/again")).startsWith("HTTP/1.1 103");
        }
    }

    @Test
    void responsesWithoutBodyKeepTheConnection() throws IOException {
        try (Backend backend = new Backend(c -> {
                    for (String head = c.readHead(); head != null; head = c.readHead()) {
                        c.write(
                                head.startsWith("HEAD")
                                        ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
                                        : head.contains("/304")
                                                ? "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
                                                : "HTTP/1.1 204 No Content\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.send("HEAD / HTTP/1.1\r\nHost: t\r\n\r\n").response(true))
                    .contains("Content-Length: 10");
            assertThat(client.send("GET /304 HTTP/1.1\r\nHost: t\r\n\r\n").response(true))
                    .contains("304 Not Modified");
            assertThat(client.get("/204")).startsWith("HTTP/1.1 204").doesNotContain("ength");
            assertThat(backend.connections).hasValue(1);
        }
    }

    @Test
    void aResponseThatEndsWithItsConnectionIsComplete() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/"))
                    .contains("Transfer-Encoding: chunked")
                    .contains("until the end")
                    .endsWith("0\r\n\r\n");
        }
    }

    @Test
    void floodsOfHttp2AreCounted() throws IOException {
        try (Backend backend = Backend.answering("never");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0" + "\0\0\0\4\0\0\0\0\0".repeat(250));
            assertThat(client.rest()).contains("http2.outbound_control_flood");
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_cx_protocol_error{envoy_http_conn_manager_prefix=\"test\"} 1");
        }
    }

    /** Only an end in order says that it is complete (RFC 9112 §8). */
    @Test
    void aResponseThatEndsWithAResetIsNotComplete() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 OK\r\n\r\nhalf");
                    c.socket.setSoLinger(true, 0);
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.rest()).contains("half").doesNotContain("\r\n0\r\n");
            assertThat(proxy.metrics()).contains("response_flags=\"UC\"");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (Backend backend = new Backend(c -> {
                    for (String r = c.readRequest(); r != null; r = c.readRequest()) {
                        String path = r.split(" ")[1];
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                all.append("GET /r").append(i).append(" HTTP/1.1\r\nHost: t\r\n\r\n");
            }
            client.send(all.toString());
            for (int i = 0; i < 20; i++) {
                assertThat(client.response()).endsWith("/r" + i);
            }
        }
    }

    @Test
    void expectContinueIsAnsweredHere() throws IOException {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("hi").response()).endsWith("ok");
            assertThat(backend.requests.get(0)).doesNotContain("100-continue").endsWith("hi");
        }
    }

    @Test
    void absoluteFormNamesTheHost() throws IOException {
        try (Backend backend = Backend.answering("");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET http://real.example:81/x?y HTTP/1.1\r\nHost: other\r\n\r\n")
                    .response();
            client.send("GET http://real.example?q=1 HTTP/1.1\r\nHost: other\r\n\r\n")
                    .response();
            assertThat(backend.requests.get(0)).startsWith("GET /x?y HTTP/1.1\r\nHost: real.example:81\r\n");
            assertThat(backend.requests.get(1)).startsWith("GET /?q=1 HTTP/1.1\r\nHost: real.example\r\n");
        }
    }

    @Test
    void malformedRequestsAreRefusedAndTheConnectionCloses() throws IOException {
        try (Backend backend = Backend.answering("never");
                TestProxy proxy = TestProxy.http(backend.port())) {
            try (Client client = proxy.client()) {
                String answer = client.send(
                                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\nHost: c\r\n\r\n")
                        .rest();
                assertThat(answer)
                        .startsWith("HTTP/1.1 400 Bad Request\r\n")
                        .contains("Connection: close")
                        .endsWith("\r\n\r\nBad Request");
            }
            try (Client client = proxy.client()) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
                                .rest())
                        .startsWith("HTTP/1.1 501");
            }
            try (Client client = proxy.client()) {
                assertThat(client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                                .rest())
                        .startsWith("HTTP/1.1 400");
            }
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_cx_protocol_error{envoy_http_conn_manager_prefix=\"test\"} 3");
        }
    }

    @Test
    void noRouteAndNoEndpointHaveEnvoysAnswers() throws IOException {
        try (TestProxy proxy = new TestProxy()) {
            proxy.cluster("empty");
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward("empty"))));
            proxy.listener("lost", FilterChain.of(TestProxy.manager(TestProxy.forward("missing"))));
            proxy.listener(
                    "direct",
                    FilterChain.of(TestProxy.manager(
                            TestProxy.action(new RouteAction.DirectResponse(418, new DataSource.Inline("tea"))))));
            proxy.apply();
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503").endsWith("no healthy upstream");
                assertThat(client.get("/")).startsWith("HTTP/1.1 503");
            }
            try (Client client = proxy.client("lost")) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("Content-Length: 0");
            }
            try (Client client = proxy.client("direct")) {
                assertThat(client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc")
                                .response())
                        .startsWith("HTTP/1.1 418")
                        .endsWith("tea");
                assertThat(client.get("/")).endsWith("tea");
            }
        }
    }

    /** Bytes behind such a head would be read as the next answer. */
    @Test
    void anAnswerOfOurOwnHasNoBodyWhereThereCanBeNone() throws IOException {
        try (TestProxy proxy = new TestProxy()) {
            proxy.cluster("empty");
            proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.forward("empty"))));
            for (int status : new int[] {204, 304, 418}) {
                RouteAction direct = new RouteAction.DirectResponse(status, new DataSource.Inline("tea"));
                proxy.listener("direct-" + status, FilterChain.of(TestProxy.manager(TestProxy.action(direct))));
            }
            proxy.apply();
            String head = "HEAD / HTTP/1.1\r\nHost: t\r\n\r\n";
            try (Client client = proxy.client()) {
                client.send(head + head);
                assertThat(client.response(true)).startsWith("HTTP/1.1 503").contains("content-length: 19");
                assertThat(client.response(true)).startsWith("HTTP/1.1 503").contains("content-length: 19");
                assertThat(client.get("/")).endsWith("no healthy upstream");
            }
            try (Client client = proxy.client("direct-418")) {
                assertThat(client.send(head).response(true))
                        .startsWith("HTTP/1.1 418")
                        .contains("content-length: 3");
                assertThat(client.get("/")).startsWith("HTTP/1.1 418").endsWith("tea");
            }
            for (String status : new String[] {"204", "304"}) {
                try (Client client = proxy.client("direct-" + status)) {
                    String get = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";
                    client.send(get + head + get);
                    for (int i = 0; i < 3; i++) {
                        assertThat(client.response(true))
                                .startsWith("HTTP/1.1 " + status)
                                .doesNotContain("ontent-");
                    }
                }
            }
        }
    }

    @Test
    void aRefusedConnectionMovesOnToAnotherEndpoint() throws IOException {
        try (Backend backend = Backend.answering("alive");
                TestProxy proxy = TestProxy.http(unusedPort(), backend.port(), unusedPort());
                Client client = proxy.client()) {
            for (int i = 0; i < 12; i++) {
                assertThat(client.send(
                                        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbody")
                                .response())
                        .endsWith("alive");
            }
        }
    }

    @Test
    void refusedEverywhereIsAConnectionFailure() throws IOException {
        try (TestProxy proxy = TestProxy.http(unusedPort(), unusedPort());
                Client client = proxy.client()) {
            assertThat(client.get("/"))
                    .startsWith("HTTP/1.1 503")
                    .contains(
                            "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure");
        }
    }

    @Test
    void anUpstreamThatGoesAwayBeforeItsResponseIs503AndAfterItACutConnection() throws IOException {
        try (Backend backend = new Backend(c -> {
                    String request = c.readRequest();
                    if (request != null && request.contains("/half")) {
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port())) {
            try (Client client = proxy.client()) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("reset reason: connection termination");
                assertThat(client.send("GET /half HTTP/1.1\r\nHost: t\r\n\r\n").rest())
                        .endsWith("half");
            }
        }
    }

    @Test
    void aBadResponseIs502AndItsConnectionIsNotUsedAgain() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 502").contains("protocol error");
            assertThat(client.get("/")).startsWith("HTTP/1.1 502");
            assertThat(backend.connections).hasValue(2);
        }
    }

    @Test
    void bytesBehindAResponseAreNeverAnotherResponse() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
                    c.readRequest();
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.get("/")).endsWith("\r\n\r\na");
            assertThat(client.get("/")).endsWith("\r\n\r\na");
            assertThat(backend.connections).hasValue(2);
        }
    }

    @Test
    void theRouteTimeoutAnswers504() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.in.read();
                });
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener(
                    "http",
                    FilterChain.of(TestProxy.manager(
                            TestProxy.action(RouteAction.Forward.to("backend").withTimeout(Duration.ofMillis(200))))));
            proxy.apply();
            try (Client client = proxy.client()) {
                long start = System.nanoTime();
                assertThat(client.get("/")).startsWith("HTTP/1.1 504").endsWith("upstream request timeout");
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(2));
            }
        }
    }

    @Test
    void oldClientsAreToldToUpgrade() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.send("GET / HTTP/1.0\r\nHost: t\r\n\r\n").rest())
                    .startsWith("HTTP/1.1 426 Upgrade Required");
        }
    }

    @Test
    void trailersOfARequestAreDroppedUnlessEnabled() throws IOException {
        String request =
                "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: 1\r\n\r\n";
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            assertThat(client.send(request).response()).endsWith("ok");
            assertThat(backend.requests.get(0)).endsWith("2\r\nab\r\n0\r\n\r\n").doesNotContain("X-T");
        }
    }

    @Test
    void oldClientsAreServedWhereAllowed() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.generous(backend.port());
                Client client = proxy.client()) {
            assertThat(client.send("GET / HTTP/1.0\r\nHost: t\r\n\r\n").rest())
                    .startsWith("HTTP/1.0 200 OK\r\n")
                    .doesNotContain("chunked")
                    .endsWith("Connection: close\r\n\r\nhi");
        }
    }

    @Test
    void webSocketsTunnelWhereAllowed() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.write(
                            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
                    for (int b = c.in.read(); b >= 0; b = c.in.read()) {
                        c.out.write(b + 1);
                    }
                });
                TestProxy proxy = TestProxy.generous(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101")
                    .contains("Upgrade: websocket")
                    .contains("Connection: Upgrade");
            for (char c : "hello".toCharArray()) {
                assertThat(client.read()).isEqualTo(c);
            }
            client.send("AC");
            assertThat(client.read()).isEqualTo('B');
            assertThat(client.read()).isEqualTo('D');
        }
    }

    /** Nobody can tell the next request from bytes of the protocol that was hoped for: RFC 9112 §9.6 wants that said. */
    @Test
    void whoseUpgradeIsDeclinedHearsThatTheConnectionEnds() throws IOException {
        try (Backend backend = Backend.answering("no");
                TestProxy proxy = TestProxy.generous(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 200 OK\r\n").contains("Connection: close\r\n");
        }
    }

    @Test
    void anUpgradeNobodyAllowedIsRefused() throws IOException {
        try (Backend backend = Backend.answering("never");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void requestsAreCountedWithIstiosLabels() throws IOException {
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.get("/");
            client.get("/");
            assertThat(proxy.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"source\".*destination_service=\"backend\".*"
                            + "request_protocol=\"http\",response_code=\"200\".*response_flags=\"-\"} 2")
                    .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"backend\"} 2");
        }
    }

    @Test
    void theAccessLogHasEnvoysFormat(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) throws IOException {
        java.nio.file.Path file = folder.resolve("access.log");
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(TestProxy.logging(file, TestProxy.forward("backend"))));
            proxy.apply();
            try (Client client = proxy.client()) {
                client.send("GET /a?b HTTP/1.1\r\nHost: shop\r\nUser-Agent: a\"b\r\n\r\n")
                        .response();
            }
            proxy.engine.close();
            assertThat(java.nio.file.Files.readString(file))
                    .matches("\\[20\\d\\d-\\d\\d-\\d\\dT[\\d:.]+Z\\] \"GET /a\\?b HTTP/1.1\" 200 - 0 5 \\d+ \\d+ \"-\" "
                            + "\"a\\\\x22b\" \"[0-9a-f-]{36}\" \"shop\" \"127.0.0.1:" + backend.port() + "\"\n");
        }
    }

    @Test
    void aRefusedRequestIsLoggedWithItsFlag(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
            throws IOException {
        java.nio.file.Path file = folder.resolve("access.log");
        try (Backend backend = Backend.answering("hello");
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(TestProxy.logging(file, TestProxy.forward("backend"))));
            proxy.apply();
            try (Client client = proxy.client()) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 400 ");
            }
            proxy.engine.close();
            assertThat(java.nio.file.Files.readString(file))
                    .matches("\\[20\\d\\d-\\d\\d-\\d\\dT[\\d:.]+Z\\] \"- - -\" 400 DPE 0 0 0 - \"-\" \"-\" \"-\" "
                            + "\"-\" \"-\"\n");
        }
    }

    @Test
    void aCrowdOfNewConnectionsIsServed() throws Exception {
        java.util.concurrent.atomic.AtomicInteger served = new java.util.concurrent.atomic.AtomicInteger();
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port())) {
            java.util.List<Thread> crowd = new java.util.ArrayList<>();
            for (int i = 0; i < 100; i++) {
                crowd.add(Thread.startVirtualThread(() -> {
                    try (Client client = proxy.client()) {
                        if (client.get("/").endsWith("ok")) {
                            served.incrementAndGet();
                        }
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }));
            }
            for (Thread thread : crowd) {
                thread.join();
            }
            assertThat(served).hasValue(100);
            assertThat(backend.connections.get()).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void aStaleConnectionIsNoFailureForASafeRequest() throws IOException {
        // Each connection answers once and closes when the next request has come.
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    c.readRequest();
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.get("/")).startsWith("HTTP/1.1 200").endsWith("ok");
            }
            assertThat(client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 503");
        }
    }
}
