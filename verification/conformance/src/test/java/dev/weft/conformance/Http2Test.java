package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP/2 with real peers: h2spec, curl, nghttp, h2load and nginx around one proxy process, whose listeners and clusters speak it in
 * cleartext, over TLS and over mutual TLS.
 */
class Http2Test {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int BODY = 3_000_000;
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static final Map<String, Integer> PORTS = new HashMap<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException {
        byte[] body = new byte[BODY];
        new SplittableRandom(1).nextBytes(body);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x")); // nginx reads as nobody
        Files.createDirectories(folder.resolve("www"));
        Files.write(folder.resolve("www/body"), body);
        Files.writeString(folder.resolve("www/small"), "x".repeat(1024));
        certificate();
        for (String name : new String[] {
            "auto", "h2", "tls", "mtls", "to-mtls", "over-h2", "to-nginx", "nginx", "nginx-h2", "admin"
        }) {
            PORTS.put(name, FreePorts.next());
        }
        EchoServer echo = keep(EchoServer.start("echo", "127.0.0.1", 0, null));
        PORTS.put("echo", echo.port());
        RunningProcess nginx = keep(RunningProcess.start(
                "nginx", Peers.require("nginx"), "-c", write("nginx.conf").toString(), "-p", folder.toString()));
        RunningProcess weft = keep(WeftProcess.proxy(write("http2.json")));
        RunningProcess unused = nginx.awaitPort("127.0.0.1", PORTS.get("nginx-h2"), Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", PORTS.get("auto"), Duration.ofSeconds(30));
    }

    @AfterAll
    static void stop() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "tls", "to-mtls"})
    void everyCaseOfH2specPasses(String listener) {
        String[] tls = listener.equals("tls") ? new String[] {"-t", "-k"} : new String[0];
        String[] command = {
            Peers.require("h2spec"),
            "--strict",
            "--host",
            "127.0.0.1",
            "--port",
            port(listener),
            "--timeout",
            "5",
            "--path",
            "/echo/x"
        };
        String[] all = java.util.Arrays.copyOf(command, command.length + tls.length);
        System.arraycopy(tls, 0, all, command.length, tls.length);
        String output = Command.run(LIMIT, all).output();
        assertThat(output).containsPattern("14[0-9] tests, 14[0-9] passed, 0 skipped, 0 failed");
    }

    /** What would fail the test above: a listener that speaks no HTTP/2. */
    @Test
    void h2specFindsFaultWithWhatIsNoHttp2() {
        Command.Result result = Command.run(
                LIMIT, Peers.require("h2spec"), "--port", PORTS.get("echo").toString(), "http2/3.5", "--timeout", "1");
        assertThat(result.exit()).isNotZero();
    }

    @ParameterizedTest(name = "{0} client to {1}")
    @CsvSource({
        "--http1.1, http, auto, small",
        "--http2-prior-knowledge, http, auto, small",
        "--http1.1, http, auto, body",
        "--http2-prior-knowledge, http, auto, body",
        "--http1.1, http, to-nginx, body",
        "--http2-prior-knowledge, http, to-nginx, body",
        "--http2, https, tls, body",
        "--http1.1, https, tls, body",
        "--http2-prior-knowledge, http, to-mtls, body",
    })
    void aBodyComesDownWhole(String version, String scheme, String listener, String file) throws IOException {
        Path got = folder.resolve("got");
        Command.run(
                        LIMIT,
                        Peers.require("curl"),
                        "-sfk",
                        version,
                        "-o",
                        got.toString(),
                        scheme + "://127.0.0.1:" + port(listener) + "/" + file)
                .orThrow();
        assertThat(Files.mismatch(got, folder.resolve("www/" + file))).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "--http1.1, over-h2",
        "--http2-prior-knowledge, over-h2",
        "--http2-prior-knowledge, auto",
    })
    void aBodyGoesUpWhole(String version, String listener) {
        String answer = Command.run(
                        LIMIT,
                        Peers.require("curl"),
                        "-sf",
                        version,
                        "-H",
                        "Expect:",
                        "--data-binary",
                        "@" + folder.resolve("www/body"),
                        "http://127.0.0.1:" + port(listener) + "/echo/up?q=1")
                .orThrow();
        assertThat(answer).isEqualTo("echo POST /echo/up?q=1 " + BODY + "\n");
    }

    @Test
    void requestHeadersSurviveTheWayOverHttp2() {
        String seen = Command.run(
                        LIMIT,
                        Peers.require("curl"),
                        "-sf",
                        "-H",
                        "X-Mine: a  b",
                        "-H",
                        "Cookie: a=1; b=2",
                        "http://127.0.0.1:" + port("over-h2") + "/headers")
                .orThrow()
                .toLowerCase(Locale.ROOT);
        assertThat(seen).contains("x-mine: a  b", "cookie: a=1; b=2", "host: 127.0.0.1:" + port("over-h2"));
        assertThat(seen).doesNotContain("transfer-encoding", "connection: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "to-nginx", "over-h2"})
    void manyStreamsOfManyConnectionsAreAllServed(String listener) {
        String output = Command.run(
                        LIMIT,
                        Peers.require("h2load"),
                        "-n",
                        "20000",
                        "-c",
                        "8",
                        "-m",
                        "50",
                        "http://127.0.0.1:" + port(listener) + "/small")
                .orThrow();
        assertThat(output).contains("20000 total, 20000 started, 20000 done, 20000 succeeded, 0 failed, 0 errored");
    }

    /** nghttp checks what it receives as strictly as nghttp2's own server does. */
    @ParameterizedTest
    @CsvSource({"http, auto", "https, tls", "http, to-nginx", "http, over-h2"})
    void nghttpGetsManyAtOnceAndPostsWithTrailers(String scheme, String listener) {
        String server = scheme + "://127.0.0.1:" + port(listener);
        String got = Command.run(LIMIT, Peers.require("nghttp"), "-nsy", "-m", "20", server + "/body")
                .orThrow();
        assertThat(got.lines().filter(line -> line.matches(".*\\b200\\b.*/body")))
                .as(got)
                .hasSize(20);
        if (!listener.equals("to-nginx")) {
            String posted = Command.run(
                            LIMIT,
                            Peers.require("nghttp"),
                            "-y",
                            "--trailer",
                            "x-sum: 1",
                            "-d",
                            folder.resolve("www/body").toString(),
                            server + "/echo/up")
                    .orThrow();
            assertThat(posted).isEqualTo("echo POST /echo/up " + BODY + "\n");
        }
    }

    // Set-up.

    private static String port(String name) {
        return PORTS.get(name).toString();
    }

    private static void certificate() {
        Command.run(
                        LIMIT,
                        Peers.require("openssl"),
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=127.0.0.1",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-keyout",
                        folder.resolve("key.pem").toString(),
                        "-out",
                        folder.resolve("cert.pem").toString())
                .orThrow();
    }

    private static Path write(String resource) throws IOException {
        try (InputStream in = Http2Test.class.getResourceAsStream("/" + resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("@folder@", folder.toString());
            for (Map.Entry<String, Integer> port : PORTS.entrySet()) {
                text = text.replace("@" + port.getKey() + "@", port.getValue().toString());
            }
            return Files.writeString(folder.resolve(resource), text);
        }
    }

    private static <T extends AutoCloseable> T keep(T resource) {
        TO_CLOSE.push(resource);
        return resource;
    }
}
