package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testkit.TunnelClient;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A WebSocket that one side breaks off is a reset for the other, not an end in order (RFC 8441 §5). */
@Timeout(60)
class BrokenWebSocketTest {
    private static final int CANCEL = 8;
    private static final String WEBSOCKET = "{\"upgrade_type\": \"websocket\"}";
    private static final String YES =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello";

    @Test
    void aClientOfHttp2ResetsTheEndpoint() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Backend backend = tellingHowItEnds(seen);
                TestProxy proxy = Tunnels.proxy(WEBSOCKET, "", backend.port());
                TunnelClient client = connect(proxy)) {
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            client.reset();
            assertThat(seen.get(10, TimeUnit.SECONDS)).contains("reset");
        }
    }

    @Test
    void aClientOfHttp1ResetsTheEndpoint() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Backend backend = tellingHowItEnds(seen);
                TestProxy proxy = Tunnels.proxy(WEBSOCKET, "", backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101");
            client.socket.setSoLinger(true, 0);
            client.socket.close();
            assertThat(seen.get(10, TimeUnit.SECONDS)).contains("reset");
        }
    }

    @Test
    void aClientThatEndsItDoesNot() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Backend backend = tellingHowItEnds(seen);
                TestProxy proxy = Tunnels.proxy(WEBSOCKET, "", backend.port());
                TunnelClient client = connect(proxy)) {
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            client.end();
            assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("an ordinary end");
        }
    }

    @Test
    void anEndpointResetsTheStream() throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.write(YES);
                    if (c.in.read() >= 0) {
                        c.socket.setSoLinger(true, 0);
                    }
                });
                TestProxy proxy = Tunnels.proxy(WEBSOCKET, "", backend.port());
                TunnelClient client = connect(proxy)) {
            assertThat(Tunnels.read(client, 5)).isEqualTo("hello");
            Tunnels.send(client, ".");
            assertThatThrownBy(() -> Tunnels.rest(client)).isInstanceOf(IOException.class);
            assertThat(client.resetCode()).isEqualTo(CANCEL);
            assertThat(proxy.metrics()).contains("response_flags=\"UC\"");
        }
    }

    private static Backend tellingHowItEnds(CompletableFuture<String> seen) throws IOException {
        return new Backend(c -> {
            c.readHead();
            c.write(YES);
            seen.complete(Tunnels.endSeen(c));
        });
    }

    private static TunnelClient connect(TestProxy proxy) throws IOException {
        return TunnelClient.webSocket(proxy.port("http"), "t", 10_000);
    }
}
