package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EngineTcpTest {
    @Test
    void oneSidesEndIsPassedOnAndTheOtherMayStillTalk() throws IOException {
        try (Backend backend = new Backend(c -> {
                    byte[] all = c.in.readAllBytes();
                    c.write("got " + all.length);
                });
                TestProxy proxy = TestProxy.tcp(backend.port());
                Client client = proxy.client()) {
            client.send("hello");
            client.socket.shutdownOutput();
            assertThat(client.rest()).isEqualTo("got 5");
        }
    }

    @Test
    void aSlowReaderStopsTheSender() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        int size = 64 << 20;
        try (Backend backend = new Backend(c -> {
                    byte[] piece = new byte[1 << 16];
                    for (int i = 0; i < size / piece.length; i++) {
                        c.out.write(piece);
                    }
                    sent.countDown();
                });
                TestProxy proxy = TestProxy.tcp(backend.port());
                Client client = proxy.client()) {
            // 64 MiB fit into no kernel buffer: while nobody reads, the sender must not get rid of them.
            assertThat(sent.await(500, TimeUnit.MILLISECONDS)).isFalse();
            long read = 0;
            byte[] buffer = new byte[1 << 16];
            for (int n = client.socket.getInputStream().read(buffer);
                    n >= 0;
                    n = client.socket.getInputStream().read(buffer)) {
                read += n;
            }
            assertThat(read).isEqualTo(size);
        }
    }

    @Test
    void manyBytesBothWaysArriveAsTheyWere() throws Exception {
        try (Backend backend = new Backend(c -> {
                    byte[] buffer = new byte[8192];
                    for (int n = c.in.read(buffer); n >= 0; n = c.in.read(buffer)) {
                        c.out.write(buffer, 0, n);
                    }
                });
                TestProxy proxy = TestProxy.tcp(backend.port());
                Client client = proxy.client()) {
            byte[] all = "0123456789abcdef".repeat(1 << 16).getBytes(StandardCharsets.ISO_8859_1);
            OutputStream out = client.socket.getOutputStream();
            Thread writer = Thread.startVirtualThread(() -> {
                try {
                    out.write(all);
                    client.socket.shutdownOutput();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.socket.getInputStream().readAllBytes()).isEqualTo(all);
            writer.join();
        }
    }

    /** The direction that is left works as before, also beyond what the buffers hold. */
    @Test
    void muchMayFollowOneSidesEnd() throws Exception {
        int size = 32 << 20;
        try (Backend backend = new Backend(c -> {
                    c.in.readAllBytes();
                    sendAndEnd(c.socket, size);
                });
                TestProxy proxy = TestProxy.tcp(backend.port());
                Client client = proxy.client()) {
            client.socket.shutdownOutput();
            assertThat(client.socket.getInputStream().readAllBytes().length).isEqualTo(size);
        }
    }

    private static void sendAndEnd(Socket socket, int size) {
        try {
            byte[] piece = new byte[1 << 16];
            for (int left = size; left > 0; left -= piece.length) {
                socket.getOutputStream().write(piece);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void noEndpointClosesTheConnection() throws IOException {
        try (TestProxy proxy = TestProxy.tcp();
                Client client = proxy.client()) {
            assertThat(client.rest()).isEmpty();
            assertThat(proxy.metrics()).contains("response_flags=\"UH\"");
        }
    }

    @Test
    void bytesThatWereInspectedCountToo() throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.in.readNBytes(5);
                    c.write("got it");
                });
                TestProxy proxy = TestProxy.tcp(backend.port())) {
            Parsed<Listener> inspected = XdsReader.listenerJson("""
                    {"name": "inspected", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                     "listener_filters": [{"name": "tls", "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}],
                     "filter_chains": [{"filters": [{"name": "tcp", "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                       "stat_prefix": "tcp", "cluster": "backend"}}]}]}
                    """);
            proxy.listeners.put("inspected", ((Parsed.Ok<Listener>) inspected).value());
            proxy.apply();
            try (Client client = proxy.client("inspected")) {
                assertThat(client.send("hello").rest()).isEqualTo("got it");
            }
            assertThat(proxy.metrics()).containsPattern("istio_tcp_received_bytes_total\\{[^}]*\\} 5\n");
            assertThat(proxy.metrics()).containsPattern("istio_tcp_sent_bytes_total\\{[^}]*\\} 6\n");
        }
    }
}
