package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy and Weft, started from the same bootstrap, give the same answers to the same bytes. */
class DifferentialTest {
    /** Response headers whose value may differ, though not whether they are there: time and cost of one exchange. */
    private static final List<String> ANY_VALUE = List.of("date", "x-envoy-upstream-service-time");

    /** What the backends of some clusters always say. */
    private static final Map<String, String> ANSWERS = Map.of(
            "garbage", "this is no HTTP\r\n\r\n",
            "cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            "untilclose", "HTTP/1.1 200 OK\r\nx-backend: u\r\n\r\nuntil the end",
            "lf", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            "switching", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n",
            "hints",
                    "HTTP/1.1 103 Early Hints\r\nlink: </s.css>; rel=preload\r\n\r\n"
                            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "long204", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
            "long304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok",
            "body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    private static final StringBuilder DIFFERENCES = new StringBuilder();
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();

    @TempDir
    static Path folder;

    private static Map<String, Integer> envoyPorts = Map.of();
    private static Map<String, Integer> weftPorts = Map.of();
    private static Map<String, String> knownDifferences = Map.of();

    @BeforeAll
    static void startBoth() throws IOException {
        Map<String, Integer> backends = new TreeMap<>();
        backends.put("a", keep(EchoServer.start("a", "127.0.0.1", 0, null)).port());
        backends.put("b", keep(EchoServer.start("b", "127.0.0.1", 0, null)).port());
        backends.put("resets", keep(BadBackend.resetting()).port());
        for (Map.Entry<String, String> broken : ANSWERS.entrySet()) {
            backends.put(
                    broken.getKey(),
                    keep(BadBackend.answering(broken.getValue())).port());
        }
        backends.put("refused", FreePorts.next());
        envoyPorts = ports(backends);
        weftPorts = ports(backends);
        RunningProcess envoy = keep(RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", envoyPorts).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error"));
        RunningProcess weft = keep(WeftProcess.proxy(bootstrap("weft", weftPorts)));
        RunningProcess unused = envoy.awaitPort("127.0.0.1", envoyPorts.get("http"), Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", weftPorts.get("http"), Duration.ofSeconds(20));
        knownDifferences = KnownDifferences.read();
    }

    @AfterAll
    static void stopAll() throws Exception {
        // All of them side by side, for whoever works on one.
        Files.writeString(Peers.buildFolder().resolve("differences-from-envoy.txt"), DIFFERENCES);
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @TestFactory
    Stream<DynamicTest> goodRequestsAreAnsweredAlike() {
        return RawRequest.good().stream()
                .map(request -> DynamicTest.dynamicTest(request.name(), () -> compare(request)));
    }

    @TestFactory
    Stream<DynamicTest> badRequestsAreRefusedAlike() {
        return RawRequest.bad().stream()
                .map(request -> DynamicTest.dynamicTest(request.name(), () -> compare(request)));
    }

    @Test
    void everyListedDifferenceIsOneOfARequest() {
        List<String> names = Stream.concat(RawRequest.good().stream(), RawRequest.bad().stream())
                .map(RawRequest::name)
                .toList();
        assertThat(names).containsAll(knownDifferences.keySet()).doesNotHaveDuplicates();
    }

    @Test
    void halfAndHalfIsSplitAlike() throws IOException {
        for (Map<String, Integer> ports : List.of(envoyPorts, weftPorts)) {
            Map<String, Integer> half = countBackends(ports.get("http"), "/weighted/half", 400);
            assertThat(half.getOrDefault("b", 0)).as("half of 400 %s", half).isBetween(140, 260);
            Map<String, Integer> tenth = countBackends(ports.get("http"), "/weighted/tenth", 400);
            assertThat(tenth.getOrDefault("b", 0))
                    .as("a tenth of 400 %s", tenth)
                    .isBetween(12, 76);
        }
    }

    @Test
    void tcpIsRelayedByteForByte() throws IOException {
        for (Map<String, Integer> ports : List.of(envoyPorts, weftPorts)) {
            String answer = exchange(ports.get("tcp"), RawRequest.good().getFirst());
            assertThat(answer).contains("200 OK").contains("a GET /a/x 0");
        }
    }

    @Test
    void anAnswerCutShortIsCutShortForTheClient() throws IOException {
        String request = "GET /cut HTTP/1.1\r\nHost: shop.test\r\n\r\n";
        for (Map<String, Integer> ports : List.of(envoyPorts, weftPorts)) {
            String answer = exchange(ports.get("http"), new RawRequest("cut", request, 1, false));
            assertThat(answer).contains("EOFException: body ended after 5 of 100 bytes");
        }
    }

    /** Beyond Envoy without a retry policy: a connect failure moves on to another endpoint (decision 24). */
    @Test
    void aRefusingEndpointIsPassedOver() throws IOException {
        Map<String, Integer> answers = countBackends(weftPorts.get("http"), "/one-good-one-refused", 40);
        assertThat(answers).isEqualTo(Map.of("a", 40));
    }

    private static void compare(RawRequest request) throws IOException {
        String envoy = exchange(envoyPorts.get("http"), request);
        String weft = exchange(weftPorts.get("http"), request);
        String known = knownDifferences.get(request.name());
        if (!weft.equals(envoy)) {
            DIFFERENCES
                    .append("=== ")
                    .append(request.name())
                    .append("\n--- envoy\n")
                    .append(envoy)
                    .append("\n--- weft\n")
                    .append(weft)
                    .append("\n\n");
        }
        if (known == null) {
            assertThat(weft).as("Weft's answer beside Envoy's").isEqualTo(envoy);
        } else {
            assertThat(weft)
                    .as("no longer different: take it out of docs/differences-from-envoy.md")
                    .isNotEqualTo(envoy);
            assertThat(weft)
                    .as("the difference is another one than the page says")
                    .contains(known);
        }
    }

    /** All answers as text, without what may differ; an exception's text if the connection failed. */
    private static String exchange(int port, RawRequest request) {
        StringBuilder out = new StringBuilder();
        try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
            connection.send(request.toBytes());
            boolean closes = false;
            for (int i = 0; i < request.answers(); i++) {
                PlainHttpConnection.Answer answer = connection.read(request.head());
                out.append(describe(answer));
                closes = answer.closes();
            }
            // Both linger (delayed_close_timeout) behind an answer of their own that says close.
            out.append(connection.endsWithin(closes ? 3_000 : 1) ? "then closed" : "stays open");
        } catch (SocketTimeoutException e) {
            out.append("no answer");
        } catch (IOException e) {
            out.append(e.getClass().getSimpleName()).append(": ").append(e.getMessage());
        }
        return out.toString();
    }

    private static String describe(PlainHttpConnection.Answer answer) {
        String headers = answer.headerLines().stream()
                .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)
                        + line.substring(line.indexOf(':')))
                .map(line -> {
                    String name = line.substring(0, line.indexOf(':'));
                    return ANY_VALUE.contains(name) ? name + ": any" : line;
                })
                .sorted()
                .collect(Collectors.joining("\n"));
        String body = answer.text();
        String shown = body.length() > 2000 ? body.length() + " bytes, hash " + body.hashCode() : body;
        String interim = answer.interim().stream().map(line -> line + "\n").collect(Collectors.joining());
        return interim + answer.statusLine() + "\n" + headers + "\n\n" + shown + "\n";
    }

    private static Map<String, Integer> countBackends(int port, String path, int requests) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: shop.test\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
            for (int i = 0; i < requests; i++) {
                connection.send(request);
                PlainHttpConnection.Answer answer = connection.read(false);
                counts.merge(answer.header("x-backend").orElse("status " + answer.status()), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static Path bootstrap(String name, Map<String, Integer> ports) throws IOException {
        String text;
        try (InputStream in = DifferentialTest.class.getResourceAsStream("/differential/bootstrap.json")) {
            text = new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            text = text.replace("${" + port.getKey() + "}", port.getValue().toString());
        }
        Path file = folder.resolve(name + ".json");
        Files.writeString(file, text);
        return file;
    }

    private static Map<String, Integer> ports(Map<String, Integer> backends) {
        Map<String, Integer> ports = new TreeMap<>(backends);
        ports.put("http", FreePorts.next());
        ports.put("tcp", FreePorts.next());
        ports.put("admin", FreePorts.next());
        return ports;
    }

    private static <T extends AutoCloseable> T keep(T closeable) {
        TO_CLOSE.push(closeable);
        return closeable;
    }
}
