package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.TunnelClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A proxy as a process whose bootstrap says where CONNECT leads. */
@Timeout(120)
class ConnectProxyTest {
    private static final String TUNNEL =
            "\"upgrade_configs\": [{\"upgrade_type\": \"CONNECT\", \"connect_config\": {}}]";

    @TempDir
    Path directory;

    private ServerSocket echo;

    @BeforeEach
    void listen() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!echo.isClosed()) {
                try (Socket accepted = echo.accept()) {
                    accepted.getInputStream().transferTo(accepted.getOutputStream());
                } catch (IOException e) {
                    continue; // the client's business, or the end
                }
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        echo.close();
    }

    private static String bootstrap(int admin, int port, int endpoint, String upgrades) {
        String all = BootstrapProxyTest.bootstrap(admin, port, endpoint)
                .replace("{\"match\": {\"prefix\": \"/\"}, \"route\": {\"cluster\": \"backend\"}}", """
                        {"match": {"connect_matcher": {}}, "route": {"cluster": "backend", %s}}""".formatted(
                                upgrades));
        assertThat(all).contains("connect_matcher");
        return all;
    }

    @Test
    void aMegabyteGoesThroughATunnelAndBack() throws Exception {
        byte[] all = new byte[1 << 20];
        new SplittableRandom(7).nextBytes(all);
        int admin = RunningProxy.freePort();
        int port = RunningProxy.freePort();
        try (RunningProxy proxy =
                RunningProxy.bootstrap(directory, bootstrap(admin, port, echo.getLocalPort(), TUNNEL))) {
            proxy.awaitReady();
            for (TunnelClient opened : new TunnelClient[] {
                TunnelClient.http1(port, "echo.test:7", 10_000), TunnelClient.http2(port, "echo.test:7", 10_000)
            }) {
                try (TunnelClient client = opened) {
                    assertThat(client.status()).isEqualTo(200);
                    Thread sender = Thread.ofVirtual().start(() -> send(client, all));
                    assertThat(client.in().readAllBytes()).isEqualTo(all);
                    sender.join();
                }
            }
            assertThat(proxy.get(admin, "/stats").body()).contains("cluster.backend.upstream_cx_total: 2\n");
        }
    }

    private static void send(TunnelClient client, byte[] all) {
        try {
            client.send(all, 0, all.length);
            client.end();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatATunnelCannotDoIsRefusedByItsPath() throws Exception {
        String more = TUNNEL.replace("{}", "{\"allow_post\": true, \"proxy_protocol_config\": {}}");
        try (RunningProxy proxy = RunningProxy.bootstrap(
                directory, bootstrap(RunningProxy.freePort(), RunningProxy.freePort(), echo.getLocalPort(), more))) {
            assertThat(proxy.exit()).isEqualTo(2);
            assertThat(proxy.errors())
                    .contains(
                            "upgrade_configs[0].connect_config.allow_post: not supported",
                            "upgrade_configs[0].connect_config.proxy_protocol_config: not supported");
        }
    }
}
