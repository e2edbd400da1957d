package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy and Weft pass TLS on, unopened, to the server that the ClientHello's name asks for. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SniDifferentialTest {
    private static final String NOBODY = "closed";
    private static final int RECORD_HEADER = 5; // type, version, length: RFC 8446 §5.1
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();

    @TempDir
    static Path folder;

    private static int envoyPort;
    private static int weftPort;

    @BeforeAll
    static void startBoth() throws IOException {
        Map<String, Integer> servers = new LinkedHashMap<>();
        for (String name : List.of("exact", "wildcard", "deep")) {
            servers.put(name, server(name));
        }
        envoyPort = FreePorts.next();
        weftPort = FreePorts.next();
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", envoyPort, servers).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", weftPort, servers));
        TO_CLOSE.push(weft);
        RunningProcess unused = envoy.awaitPort("127.0.0.1", envoyPort, Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", weftPort, Duration.ofSeconds(20));
    }

    @AfterAll
    static void stopAll() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    /** Says its name and which bytes of TLS it was given, and ends. */
    private static int server(String name) throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TO_CLOSE.push(listening);
        Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                try (Socket client = listening.accept()) {
                    ByteBuffer header = ByteBuffer.wrap(client.getInputStream().readNBytes(RECORD_HEADER));
                    byte[] body = client.getInputStream().readNBytes(header.getShort(RECORD_HEADER - 2));
                    byte[] all = ByteBuffer.allocate(RECORD_HEADER + body.length)
                            .put(header)
                            .put(body)
                            .array();
                    client.getOutputStream()
                            .write((name + " " + Arrays.hashCode(all)).getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    continue; // the client's business, or the end
                }
            }
        });
        return listening.getLocalPort();
    }

    private static Path bootstrap(String name, int port, Map<String, Integer> servers) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), """
                {"static_resources": {
                  "listeners": [{"name": "tls",
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                    "listener_filters": [{"name": "tls", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}],
                    "filter_chains": [%s, %s, %s]}],
                  "clusters": [%s]}}
                """.formatted(
                        port,
                        chain("exact", "a.example.org"),
                        chain("wildcard", "*.example.org"),
                        chain("deep", "*.deep.example.org"),
                        String.join(
                                ",",
                                servers.entrySet().stream()
                                        .map(e -> cluster(e.getKey(), e.getValue()))
                                        .toList())));
    }

    private static String chain(String cluster, String serverName) {
        return """
                {"name": "%1$s", "filter_chain_match": {"server_names": ["%2$s"]}, "filters": [{"name": "tcp", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                  "stat_prefix": "%1$s", "cluster": "%1$s"}}]}""".formatted(cluster, serverName);
    }

    private static String cluster(String name, int port) {
        return """
                {"name": "%1$s", "type": "STATIC", "connect_timeout": "1s", "load_assignment": {"cluster_name": "%1$s",
                  "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                    {"address": "127.0.0.1", "port_value": %2$d}}}}]}]}}""".formatted(name, port);
    }

    @TestFactory
    Stream<DynamicTest> theNameChoosesTheServer() {
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put("a.example.org", "exact");
        wanted.put("A.Example.Org", "exact");
        wanted.put("x.example.org", "wildcard");
        wanted.put("y.x.example.org", "wildcard");
        wanted.put("b.a.example.org", "wildcard");
        wanted.put("z.deep.example.org", "deep");
        wanted.put("deep.example.org", "wildcard");
        wanted.put("example.org", NOBODY);
        wanted.put("a.example.com", NOBODY);
        wanted.put("", NOBODY);
        return wanted.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest("'" + each.getKey() + "' to " + each.getValue(), () -> {
                    byte[] hello = clientHello(each.getKey());
                    String expected =
                            each.getValue().equals(NOBODY) ? NOBODY : each.getValue() + " " + Arrays.hashCode(hello);
                    assertThat(through(envoyPort, hello)).as("Envoy").isEqualTo(expected);
                    assertThat(through(weftPort, hello)).as("Weft").isEqualTo(expected);
                }));
    }

    @TestFactory
    Stream<DynamicTest> whatIsNotTlsHasNoName() {
        byte[] plain = "GET / HTTP/1.1\r\nHost: a.example.org\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return Stream.of(envoyPort, weftPort)
                .map(port -> DynamicTest.dynamicTest(
                        port == envoyPort ? "Envoy" : "Weft",
                        () -> assertThat(through(port, plain)).isEqualTo(NOBODY)));
    }

    private static byte[] clientHello(String name) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var unused = engine.wrap(ByteBuffer.allocate(0), record);
        return Arrays.copyOf(record.array(), record.position());
    }

    private static String through(int port, byte[] bytes) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(5_000);
            client.getOutputStream().write(bytes);
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.isEmpty() ? NOBODY : answer;
        } catch (SocketTimeoutException e) {
            return "silence";
        } catch (SocketException e) {
            return NOBODY; // reset, as our bytes were not read
        }
    }
}
