package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each client against a server whose bytes are written here; against real proxies: ConnectDifferentialTest. */
@Timeout(30)
class TunnelClientTest {
    private static final String SETTINGS = "000000 04 00 00000000";
    private static final String YES = "000001 01 04 00000001 88";

    /** Bytes of a CONNECT to a:1: two literals of a byte each, their names and values with a byte for each length. */
    private static final int BLOCK = 1 + 1 + 7 + 1 + 7 + 1 + 1 + 10 + 1 + 3;

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private interface Script {
        void run(Socket socket) throws IOException;
    }

    private void serve(Script script) {
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                script.run(socket);
            } catch (IOException e) {
                return; // the client's end
            }
        });
    }

    private static void write(Socket socket, String... hex) throws IOException {
        socket.getOutputStream()
                .write(HexFormat.of().parseHex(String.join("", hex).replace(" ", "")));
    }

    @Test
    void overHttp1ASocketIsTheTunnel() throws IOException {
        serve(socket -> {
            InputStream in = socket.getInputStream();
            String head = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
            String got = new String(in.readNBytes(head.length()), StandardCharsets.ISO_8859_1);
            String answer = got.equals(head) ? "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello" : "HTTP/1.1 400 Bad\r\n\r\n";
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(in.readAllBytes());
        });
        try (TunnelClient client = TunnelClient.http1(server.getLocalPort(), "a:1", 5_000)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.toString()).isEqualTo("HTTP/1.1 200 OK\r\nX: y\r\n\r\n");
            client.send(new byte[] {'!', '?'}, 0, 2);
            client.end();
            assertThat(client.in().readAllBytes())
                    .asString(StandardCharsets.ISO_8859_1)
                    .isEqualTo("hello!?");
        }
    }

    /** The static table, a new size of the dynamic one in front, digits as they are, digits in Huffman's code. */
    @ParameterizedTest
    @CsvSource({
        "88, 200",
        "2088, 200",
        "8d, 404",
        "0803343035, 405",
        "4883680cff, 403",
        "48836c0cff, 503",
        "48826402, 302"
    })
    void everyWayToWriteAStatusIsRead(String block, int status) throws IOException {
        serve(socket -> {
            write(socket, SETTINGS, "0000%02x 01 05 00000001".formatted(block.length() / 2), block);
            socket.getInputStream().readAllBytes();
        });
        try (TunnelClient client = TunnelClient.http2(server.getLocalPort(), "a:1", 5_000)) {
            assertThat(client.status()).isEqualTo(status);
            assertThat(client.in().read()).isEqualTo(-1);
        }
    }

    @Test
    void overHttp2AStreamIsTheTunnel() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        serve(socket -> {
            InputStream in = socket.getInputStream();
            in.readNBytes(24 + 9 + 9); // preface, SETTINGS, the frame header of HEADERS
            asked.complete(new String(in.readNBytes(BLOCK), StandardCharsets.ISO_8859_1));
            write(socket, SETTINGS, YES, "000005 00 00 00000001", "68656c6c6f", "000004 03 00 00000001 0000000a");
            in.readAllBytes();
        });
        try (TunnelClient client = TunnelClient.http2(server.getLocalPort(), "a:1", 5_000)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(asked.get(5, TimeUnit.SECONDS)).contains(":method", "CONNECT", ":authority");
            assertThat(client.in().readNBytes(5))
                    .asString(StandardCharsets.ISO_8859_1)
                    .isEqualTo("hello");
            assertThatThrownBy(() -> client.in().read())
                    .isInstanceOf(IOException.class)
                    .hasMessage("reset");
            assertThat(client.resetCode()).isEqualTo(10);
        }
    }

    @Test
    void nothingIsSentBeyondThePeersWindow() throws Exception {
        CompletableFuture<Integer> got = new CompletableFuture<>();
        serve(socket -> {
            // A window of ten bytes for each stream.
            write(socket, "000006 04 00 00000000 0004 0000000a", YES);
            socket.setSoTimeout(300); // the silence behind them is what is tested
            int bytes = 0;
            try {
                while (socket.getInputStream().read() >= 0) {
                    bytes++;
                }
            } catch (SocketTimeoutException e) {
                got.complete(bytes);
            }
            write(socket, "000004 08 00 00000001 00000064");
            socket.setSoTimeout(5_000);
            socket.getInputStream().readNBytes(9 + 90);
            write(socket, "000000 00 01 00000001");
        });
        try (TunnelClient client = TunnelClient.http2(server.getLocalPort(), "a:1", 5_000)) {
            client.send(new byte[100], 0, 100);
            assertThat(client.in().read()).isEqualTo(-1);
            // Preface, SETTINGS, HEADERS, acknowledgement, DATA of ten.
            assertThat(got.get(5, TimeUnit.SECONDS)).isEqualTo(24 + 9 + 9 + BLOCK + 9 + 9 + 10);
        }
    }
}
