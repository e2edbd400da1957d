package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real proxy that may open few files, and more clients than it has files for (fault F23). */
@Timeout(120)
class FewFilesTest {
    private static final int FILES = 256;
    private static final int SERVED = 64; // a quarter of the files
    private static final int RESERVED = 32; // an eighth: not for upstream connections
    private static final int CLIENTS = 200; // with their upstream connections more than there are files

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private Socket ask(int port, String path) throws IOException {
        Socket socket = opened(new Socket(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String statusLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b >= 0 && b != '\r';
                b = socket.getInputStream().read()) {
            line.append((char) b);
        }
        return line.toString();
    }

    private static void await(RunningProxy proxy, int admin, String metric) throws Exception {
        await(proxy, admin, "/stats/prometheus?filter=weft_overload", metric);
    }

    private static void await(RunningProxy proxy, int admin, String page, String line) throws Exception {
        long begin = System.nanoTime();
        while (!proxy.get(admin, page).body().contains(line)) {
            assertThat(System.nanoTime() - begin)
                    .as(line)
                    .isLessThan(Duration.ofSeconds(20).toNanos());
        }
    }

    private static Duration cpu(RunningProxy proxy) {
        return proxy.process.info().totalCpuDuration().orElseThrow();
    }

    @Test
    void thoseThereAreServedTheOthersWaitAndTheAdminPageAnswers() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int admin = RunningProxy.freePort();
        int port = RunningProxy.freePort();
        String bootstrap = BootstrapProxyTest.bootstrap(admin, port, backend.port());
        RunningProxy proxy =
                opened(RunningProxy.withFewFiles(FILES, directory, bootstrap)).awaitReady();
        await(proxy, admin, "weft_overload_active{action=\"stop_accepting\"} 0");

        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(ask(port, "/slow"));
        }
        await(proxy, admin, "weft_overload_active{action=\"stop_accepting\"} 1");
        await(proxy, admin, "weft_overload_active{action=\"shed\"} 0");
        String connections =
                proxy.get(admin, "/stats?filter=downstream_cx_active").body();
        assertThat(Integer.parseInt(connections.replaceAll(".*: ", "").strip()))
                .isBetween(SERVED, SERVED + 2); // one more for each loop
        assertThat(proxy.get(admin, "/ready").statusCode()).isEqualTo(200);

        // Who comes now waits, and the proxy does not spin over it.
        Socket late = ask(port, "/");
        late.setSoTimeout(2000);
        Duration before = cpu(proxy);
        assertThatThrownBy(() -> statusLine(late)).isInstanceOf(SocketTimeoutException.class);
        assertThat(cpu(proxy).minus(before)).isLessThan(Duration.ofMillis(400)); // 20 % of a core

        backend.letGo.countDown();
        for (Socket client : clients) {
            assertThat(statusLine(client)).isEqualTo("HTTP/1.1 200 OK");
            client.close();
        }
        late.setSoTimeout(20_000);
        assertThat(statusLine(late)).isEqualTo("HTTP/1.1 200 OK");
        late.close();
        await(proxy, admin, "weft_overload_active{action=\"stop_accepting\"} 0");
        assertThat(statusLine(ask(port, "/"))).isEqualTo("HTTP/1.1 200 OK");
        proxy.post(admin, "/quitquitquit");
        assertThat(proxy.exit()).isZero();
        assertThat(proxy.errors())
                .contains("overload stop_accepting begins", "overload stop_accepting ends")
                .doesNotContain("Too many open files");
    }

    /** Each stream of HTTP/2 may need an upstream connection: together they could use up what the clients alone cannot. */
    @Test
    void upstreamConnectionsLeaveFilesForTheAdminPage() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int admin = RunningProxy.freePort();
        int port = RunningProxy.freePort();
        String bootstrap = BootstrapProxyTest.bootstrap(admin, port, backend.port());
        RunningProxy proxy =
                opened(RunningProxy.withFewFiles(FILES, directory, bootstrap)).awaitReady();
        await(proxy, admin, "weft_overload_active{action=\"stop_accepting\"} 0");
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(openStreams(port));
        }
        awaitFiles(proxy, FILES - RESERVED);
        for (int i = 0; i < 10; i++) {
            assertThat(statusLine(ask(admin, "/ready"))).isEqualTo("HTTP/1.1 200 OK");
        }
        String stats = proxy.get(admin, "/stats?filter=cluster.backend").body();
        assertThat(stats)
                .containsPattern("upstream_cx_connect_fail: [1-9]")
                .containsPattern("upstream_cx_active: 1\\d\\d");
        assertThat(statusLine(ask(port, "/"))).isEqualTo("HTTP/1.1 503 Service Unavailable");

        for (Socket client : clients) {
            client.close();
        }
        backend.letGo.countDown();
        await(proxy, admin, "/stats?filter=upstream_rq_active", "cluster.backend.upstream_rq_active: 0");
        assertThat(statusLine(ask(port, "/"))).isEqualTo("HTTP/1.1 200 OK");
        proxy.post(admin, "/quitquitquit");
        assertThat(proxy.exit()).isZero();
        assertThat(proxy.errors()).doesNotContain("Too many open files", "xception");
    }

    /** A client of HTTP/2 with a hundred streams that take long. */
    private Socket openStreams(int port) throws IOException {
        Socket socket = opened(new Socket(InetAddress.getLoopbackAddress(), port));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        frame(all, 4, 0, 0, new byte[0]);
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, 0x04, 5}); // GET, http, :path of five letters
        block.writeBytes("/slow".getBytes(StandardCharsets.ISO_8859_1));
        block.writeBytes(new byte[] {0x01, 1, 't'}); // :authority
        for (int i = 0; i < 100; i++) {
            frame(all, 1, 5, 2 * i + 1, block.toByteArray());
        }
        socket.getOutputStream().write(all.toByteArray());
        return socket;
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.writeBytes(new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags, 0, 0});
        out.writeBytes(new byte[] {(byte) (stream >> 8), (byte) stream});
        out.writeBytes(payload);
    }

    private static void awaitFiles(RunningProxy proxy, int wanted) throws IOException {
        Path files = Path.of("/proc", Long.toString(proxy.process.pid()), "fd");
        long begin = System.nanoTime();
        while (true) {
            try (Stream<Path> open = Files.list(files)) {
                if (open.count() >= wanted) {
                    return;
                }
            }
            assertThat(System.nanoTime() - begin)
                    .isLessThan(Duration.ofSeconds(20).toNanos());
        }
    }
}
