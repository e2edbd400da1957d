package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whoever begins to read late gets everything that was sent before the end, also where the end was there long before the
 * buffers on the way were empty. How much they hold is the kernel's business: so there are many sizes, and a reader for each.
 */
@Timeout(60)
class SlowReaderTest {
    private static final int LEAST = 2 << 20;
    private static final int MOST = 4 << 20;
    private static final int STEP = 48 * 1024;
    private static final int SMALL_WINDOW = 8 * 1024;
    private static final long LATE_MILLIS = 2_500; // longer than a closing connection waits for its peer

    /** Sends as much as the request's path says, which ends with the connection. */
    private static void send(Backend.Connection connection, int size) throws IOException {
        byte[] piece = new byte[STEP];
        for (int left = size; left > 0; left -= STEP) {
            connection.out.write(piece, 0, Math.min(STEP, left));
        }
    }

    private static Map<Integer, Integer> readLate(int port, String head) throws Exception {
        List<Socket> sockets = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (int size = LEAST; size <= MOST; size += STEP) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(SMALL_WINDOW);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(head.replace("SIZE", "" + size).getBytes(StandardCharsets.ISO_8859_1));
            sockets.add(socket);
            sizes.add(size);
        }
        TimeUnit.MILLISECONDS.sleep(LATE_MILLIS); // is what is tested
        Map<Integer, Integer> lost = new LinkedHashMap<>();
        for (int i = 0; i < sockets.size(); i++) {
            try (Socket socket = sockets.get(i)) {
                String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                int got = all.length() - (all.startsWith("HTTP") ? all.indexOf("\r\n\r\n") + 4 : 0);
                if (got != sizes.get(i)) {
                    lost.put(sizes.get(i), got);
                }
            } catch (SocketException e) {
                lost.put(sizes.get(i), 0);
            }
        }
        return lost;
    }

    private static Backend backend(String answer) {
        return new Backend(c -> {
            int size = Integer.parseInt(c.readHead().split("[ /]+")[1]);
            c.write(answer.replace("SIZE", "" + size));
            send(c, size);
        });
    }

    @Test
    void ofAResponseThatEndsTheConnection() throws Exception {
        try (Backend backend = backend("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: SIZE\r\n\r\n");
                TestProxy proxy = TestProxy.http(backend.port())) {
            assertThat(readLate(proxy.port("http"), "GET /SIZE HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"))
                    .isEmpty();
        }
    }

    @Test
    void ofAWebSocketThatTheServerEnds() throws Exception {
        String switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        try (Backend backend = backend(switching);
                TestProxy proxy = TestProxy.generous(backend.port())) {
            String head = "GET /SIZE HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            assertThat(readLate(proxy.port("http"), head)).isEmpty();
        }
    }

    @Test
    void ofATunnelThatTheEndpointEnds() throws Exception {
        try (Backend backend = backend("");
                TestProxy proxy = Tunnels.proxy(Tunnels.ENDS_HERE, "", backend.port())) {
            String head = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nGET /SIZE HTTP/1.1\r\n\r\n";
            assertThat(readLate(proxy.port("http"), head)).isEmpty();
        }
    }

    @Test
    void ofOpaqueTcpThatTheServerEnds() throws Exception {
        try (Backend backend = backend("");
                TestProxy proxy = TestProxy.tcp(backend.port())) {
            assertThat(readLate(proxy.port("http"), "GET /SIZE HTTP/1.1\r\n\r\n"))
                    .isEmpty();
        }
    }
}
