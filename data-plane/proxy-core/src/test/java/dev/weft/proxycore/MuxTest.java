package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.UpstreamHttp;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between two proxies of ours requests share connections, and each message arrives as what it was. */
@Timeout(30)
class MuxTest {
    private static final String CONNECTIONS =
            "envoy_cluster_upstream_cx_total{envoy_cluster_name=\"outbound|80||orders.shop.svc.cluster.local\"} ";

    private static TestProxy outbound(MeshSides.Inbound inbound) {
        return MeshSides.outbound(
                inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT, true, UpstreamHttp.DEFAULT);
    }

    @Test
    void headsArriveAsTheyWereWritten() throws IOException {
        String answer = "HTTP/1.1 299 Odd But Fine\r\nETag: \"1\"\r\nX-WeIrD-nAmE: v\r\nlower: w\r\nX_Y-z: u\r\n"
                + "Content-Length: 2\r\n\r\nok";
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write(answer);
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            String fields =
                    "hOsT: orders\r\nUser-Agent: x\r\nDNT: 1\r\nx-lower: y\r\nSEC-CH-UA-Full-Version-List: z\r\n"
                            + "Cookie: a=1\r\nCookie: b=2\r\n";
            for (int i = 1; i <= 3; i++) {
                client.send("GET /path?q=1 HTTP/1.1\r\n" + fields + "\r\n");
                assertThat(client.response())
                        .startsWith("HTTP/1.1 299 Odd But Fine\r\n")
                        .contains("\r\nETag: \"1\"\r\nX-WeIrD-nAmE: v\r\nlower: w\r\nX_Y-z: u\r\n")
                        .doesNotContain("weft")
                        .endsWith("\r\n\r\nok");
            }
            assertThat(backend.requests)
                    .hasSize(3)
                    .allMatch(r -> r.startsWith("GET /path?q=1 HTTP/1.1\r\n" + fields))
                    .noneMatch(r -> r.contains("weft"));
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
        }
    }

    @Test
    void aReasonPhraseArrivesWhateverIsInIt() throws IOException {
        List<String> reasons = List.of("Odd/But Fine ", "/", " two  spaces", "caf\u00e9", "\tt");
        try (Backend backend = new Backend(c -> {
                    for (String r = c.readRequest(); r != null; r = c.readRequest()) {
                        int i = Integer.parseInt(r.substring("GET /".length(), r.indexOf(" HTTP")));
                        c.write("HTTP/1.1 200 " + reasons.get(i) + "\r\nContent-Length: 0\r\n\r\n");
                    }
                });
                MeshSides.Inbound direct = new MeshSides.Inbound(backend.port());
                TestProxy plain = MeshSides.outbound(direct.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT);
                TestProxy shared = outbound(direct);
                Client overHttp1 = plain.client();
                Client overMux = shared.client()) {
            for (int i = 0; i < reasons.size(); i++) {
                String expected = firstLine(overHttp1.get("/" + i));
                assertThat(firstLine(overMux.get("/" + i))).isEqualTo(expected).contains("200 ");
            }
        }
    }

    private static String firstLine(String response) {
        return response.substring(0, response.indexOf('\r'));
    }

    /** What the first proxy lets through the second must not find too much. */
    @Test
    void headsAtTheLimitArrive() throws IOException {
        StringBuilder most = new StringBuilder();
        for (int i = 0; i < 97; i++) {
            most.append("x-").append(i).append(": ").append("v".repeat(600)).append("\r\n");
        }
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\n" + most + "Content-Length: 0\r\n\r\n");
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n" + most + "\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nx-96: vvv");
            assertThat(backend.requests.getLast()).contains("\r\nx-96: vvv");
        }
    }

    @Test
    void manyClientsShareOneConnection() throws Exception {
        int clients = 20;
        CountDownLatch all = new CountDownLatch(clients);
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        all.countDown();
                        try {
                            all.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound)) {
            List<Client> open = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Client client = outbound.client();
                open.add(client.send("GET /" + i + " HTTP/1.1\r\nHost: t\r\n\r\n"));
            }
            for (Client client : open) {
                assertThat(client.response()).endsWith("ok");
                client.close();
            }
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
            assertThat(inbound.proxy.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"destination\",source_workload=\"test\".*"
                            + "source_principal=\"" + MeshSides.CLIENT + "\".*} " + clients);
        }
    }

    @Test
    void everyFramingOfHttp1GetsThrough() throws IOException {
        try (Backend backend = new Backend(c -> {
                    for (String r = c.readRequest(); r != null; r = c.readRequest()) {
                        String path = r.split(" ")[1];
                        String head = r.substring(0, r.indexOf(' '));
                        switch (path) {
                            case "/chunked" ->
                                c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                                        + "3\r\nabc\r\n0\r\nX-Sum: 0\r\n\r\n");
                            case "/none" -> c.write("HTTP/1.1 204 No Content\r\n\r\n");
                            case "/same" -> c.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n");
                            case "/hints" ->
                                c.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                        + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nh");
                            default ->
                                c.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
                                        + (head.equals("HEAD") ? "" : "body"));
                        }
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            assertThat(client.get("/chunked")).contains("\r\n3\r\nabc\r\n0\r\n").contains("X-Sum: 0\r\n");
            assertThat(client.get("/none")).startsWith("HTTP/1.1 204 No Content\r\n");
            client.send("GET /same HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.response(true)).startsWith("HTTP/1.1 304").contains("Content-Length: 99\r\n");
            client.send("GET /hints HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\nh");
            client.send("HEAD /head HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.response(true)).contains("Content-Length: 4\r\n");
            client.send("POST /up HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            assertThat(client.response()).endsWith("body");
            assertThat(backend.requests.getLast()).endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            client.send("POST /up HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.response()).endsWith("body");
            assertThat(backend.requests.getLast())
                    .contains("Content-Length: 5\r\n")
                    .endsWith("\r\n\r\nhello");
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
        }
    }

    @Test
    void noApplicationSpeaksInTheProxysName() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\nx-weft-mux: ttt\r\nlower: 1\r\nContent-Length: 0\r\n\r\n");
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            client.send("GET / HTTP/1.1\r\nx-weft-mux: ttt\r\nlower: 1\r\nHost: t\r\n\r\n");
            assertThat(client.response()).contains("\r\nlower: 1\r\n").doesNotContain("weft");
            assertThat(backend.requests.getLast()).contains("\r\nlower: 1\r\n").doesNotContain("weft");
        }
    }

    @Test
    void noApplicationSpeaksInTheProxysNameToOneWithoutASidecar() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nx-weft-mux: ttt\r\nHost: t\r\n\r\n");
            assertThat(client.response()).endsWith("x");
            assertThat(backend.requests.getLast()).doesNotContain("weft");
        }
    }

    @Test
    void aWebSocketCrossesTheSharedConnection() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello");
                    for (int b = c.in.read(); b >= 0 && b != '.'; b = c.in.read()) {
                        c.out.write(b);
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client other = outbound.client();
                Client client = outbound.client()) {
            client.send("GET /chat HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains(
                            "\r\nUpgrade: websocket\r\n", "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
            read(client, "hello");
            for (int i = 0; i < 3; i++) {
                client.send("ping" + i);
                read(client, "ping" + i);
            }
            assertThat(backend.requests.getLast())
                    .startsWith("GET /chat HTTP/1.1\r\n")
                    .contains("Upgrade: websocket\r\n", "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
                    .doesNotContain("weft");
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
            client.send(".");
            assertThat(client.rest()).isEmpty(); // the server's end is the client's
            // A server that does not want to switch answers as it likes.
            other.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
        }
    }

    @Test
    void aTunnelCrossesTheSharedConnection() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 Go Ahead\r\nX-Odd: 1\r\n\r\nhello");
                    c.in.transferTo(c.out);
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            client.send("CONNECT a.test:443 HTTP/1.1\r\nhOsT: a.test:443\r\nX-Mine: 1\r\n\r\n");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 200 Go Ahead\r\n")
                    .contains("\r\nX-Odd: 1\r\n")
                    .doesNotContainIgnoringCase("transfer-encoding");
            read(client, "hello");
            client.send("ping");
            read(client, "ping");
            client.send("bye");
            client.socket.shutdownOutput();
            assertThat(client.rest()).isEqualTo("bye");
            assertThat(backend.requests.getLast())
                    .startsWith("CONNECT a.test:443 HTTP/1.1\r\nhOsT: a.test:443\r\nX-Mine: 1\r\n");
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
        }
    }

    @Test
    void anUpgradeTheServerDoesNotWantIsAnsweredAsItLikes() throws IOException {
        try (Backend backend = Backend.answering("no");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 OK").endsWith("no");
        }
    }

    private static void read(Client client, String expected) throws IOException {
        for (char c : expected.toCharArray()) {
            assertThat((char) client.read()).isEqualTo(c);
        }
    }

    @Test
    void aResponseThatBreaksOffIsSeenToBeIncomplete() throws IOException {
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.rest()).contains("Content-Length: 100").endsWith("half");
        }
    }

    @Test
    void aClientThatLeavesEndsItsRequestAlone() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    String request = c.readRequest();
                    if (request != null && request.startsWith("GET /slow")) {
                        if (c.in.read() < 0) {
                            gone.countDown();
                        }
                    } else {
                        c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            try (Socket leaver = new Socket("127.0.0.1", outbound.port("http"))) {
                leaver.getOutputStream()
                        .write("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                while (backend.requests.isEmpty()) {
                    Thread.onSpinWait();
                }
            }
            gone.await();
            assertThat(client.get("/")).endsWith("ok");
            assertThat(outbound.metrics()).contains(CONNECTIONS + "1");
        }
    }

    @Test
    void whoDoesNotMultiplexIsNotTalkedTo() throws IOException {
        try (Backend backend = Backend.answering("never");
                MeshSides.Inbound inbound = new MeshSides.Inbound(
                        Cluster.ofStatic("inbound|8080||", LbEndpoint.of("127.0.0.1", backend.port())), false);
                TestProxy outbound = outbound(inbound);
                Client client = outbound.client()) {
            assertThat(client.get("/")).startsWith("HTTP/1.1 503").contains("TLS_error");
            assertThat(backend.requests).isEmpty();
        }
    }
}
