package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.TunnelClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may ask for a tunnel or another protocol: the route goes before the connection manager. */
@Timeout(60)
class UpgradeConfigsTest {
    @ParameterizedTest(name = "manager {0}, route {1}: {2}")
    @CsvSource(delimiter = ';', nullValues = "-", textBlock = """
            -; -; 403
            CONNECT; -; 200
            -; CONNECT; 200
            connect; -; 200
            CONNECT; no CONNECT; 403
            no CONNECT; CONNECT; 200
            no CONNECT; -; 403
            CONNECT; websocket; 200
            websocket; websocket; 403
            """)
    void theRoutesWordOnConnectGoesBeforeTheManagers(String manager, String route, int status) throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.write("HTTP/1.1 200 OK\r\n\r\n");
                });
                TestProxy proxy = Tunnels.proxy(
                        upgrade(manager), upgrade(route), "", new TestProxy().cluster("backend", backend.port()))) {
            for (String version : new String[] {"HTTP/1.1", "HTTP/2"}) {
                try (TunnelClient client = Tunnels.connect(version, proxy)) {
                    assertThat(client.status()).as(version).isEqualTo(status);
                }
            }
        }
    }

    @ParameterizedTest(name = "manager {0}, route {1}: {2}")
    @CsvSource(delimiter = ';', nullValues = "-", textBlock = """
            -; -; 403
            websocket; -; 101
            -; WebSocket; 101
            websocket; no websocket; 403
            no websocket; websocket; 101
            websocket; CONNECT; 101
            """)
    void theRoutesWordOnWebSocketGoesBeforeTheManagers(String manager, String route, int status) throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    c.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                });
                TestProxy proxy = Tunnels.proxy(
                        upgrade(manager), upgrade(route), "", new TestProxy().cluster("backend", backend.port()));
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 " + status);
        }
    }

    private static String upgrade(String said) {
        return said == null
                ? ""
                : "{\"upgrade_type\": \"%s\", \"enabled\": %s}"
                        .formatted(said.replace("no ", ""), !said.startsWith("no "));
    }
}
