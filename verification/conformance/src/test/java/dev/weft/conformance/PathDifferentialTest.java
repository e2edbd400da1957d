package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real Envoy and Weft, started from the same bootstrap, make the same of any path. Each listener redirects every request
 * to another host, so that the path it has understood comes back in {@code location}.
 */
class PathDifferentialTest {
    /** Ways to treat paths, each a listener. */
    enum Way {
        PLAIN(""),
        NORMALIZE("\"normalize_path\": true"),
        MERGE("\"merge_slashes\": true"),
        MESH("\"normalize_path\": true, \"merge_slashes\": true, "
                + "\"path_with_escaped_slashes_action\": \"REJECT_REQUEST\""),
        REDIRECT("\"normalize_path\": true, \"merge_slashes\": true, "
                + "\"path_with_escaped_slashes_action\": \"UNESCAPE_AND_REDIRECT\""),
        FORWARD("\"normalize_path\": true, \"path_with_escaped_slashes_action\": \"UNESCAPE_AND_FORWARD\""),
        UNESCAPE("\"path_with_escaped_slashes_action\": \"UNESCAPE_AND_FORWARD\"");

        private final String fields;

        Way(String fields) {
            this.fields = fields;
        }
    }

    private static final List<String> WRITTEN = List.of(
            "/",
            "/a/b?c=/../d",
            "/a//b///",
            "/./a/../b/.",
            "/a/b/..",
            "/..",
            "/../../a",
            "/a//../b",
            "/%2e%2E/a/.%2e/b",
            "/a/..b/.c/d..",
            "/a\\b\\..\\c",
            "/%41%7a%7E%2d%5f%2e",
            "/a%20%c3%A9",
            "/a%2fb%5Cc?%2f",
            "/a%2f%2f..%2fb",
            "/a%00b",
            "/a%252fb",
            "/%%32e",
            "/%2%65/x",
            "/%%300",
            "/%%35%63",
            "/%",
            "/%zz",
            "/5%\\../%41",
            "/\"<>`{|}^[];,@:!$&'()*+",
            "/a/%2e",
            "/a/%2e%2e?x",
            "/~user/x~",
            "/a/..;/b",
            "/a/.;x=1/b;y",
            "/a/..;",
            "/a/..%3b/b");

    private static final String[] PIECES = {
        "/", "//", "\\", ".", "..", "%2e", "%2f", "%5C", "%", "%25", "%41", "%3", "%35", "%63", "a", "c", "2", "f", "0",
        "%20", "|", ";", "%00"
    };

    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static final Map<Way, Integer> ENVOY = ports();
    private static final Map<Way, Integer> WEFT = ports();

    @TempDir
    static Path folder;

    @BeforeAll
    static void startBoth() throws IOException {
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", ENVOY).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", WEFT));
        TO_CLOSE.push(weft);
        RunningProcess unused = envoy.awaitPort("127.0.0.1", ENVOY.get(Way.UNESCAPE), Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", WEFT.get(Way.UNESCAPE), Duration.ofSeconds(20));
    }

    @AfterAll
    static void stopBoth() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyPathIsUnderstoodAlike(Way way) throws IOException {
        List<String> paths = new ArrayList<>(WRITTEN);
        SplittableRandom random = new SplittableRandom(way.ordinal());
        for (int i = 0; i < 400; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int n = random.nextInt(1, 9); n > 0; n--) {
                path.append(PIECES[random.nextInt(PIECES.length)]);
            }
            paths.add(path.toString());
        }
        List<String> envoy = answers(ENVOY.get(way), paths);
        List<String> weft = answers(WEFT.get(way), paths);
        for (int i = 0; i < paths.size(); i++) {
            if (!isKnownDifference(paths.get(i), envoy.get(i))) {
                assertThat(weft.get(i)).as(paths.get(i)).isEqualTo(envoy.get(i));
            }
        }
    }

    /** docs/differences-from-envoy.md: Envoy merges the slashes of a path that has nothing else to two. */
    @Test
    void aPathOfSlashesBecomesOne() throws IOException {
        assertThat(answers(ENVOY.get(Way.MERGE), List.of("///"))).containsExactly("301 //");
        assertThat(answers(WEFT.get(Way.MERGE), List.of("///"))).containsExactly("301 /");
    }

    /** Envoy does not see through the spelling of these at once; asked about its own answer it does. */
    @Test
    void dotsWithParametersAreDotsInAnySpelling() throws IOException {
        List<String> paths = List.of("/a/%2e%2e;x/b", "/a\\..;x\\b");
        assertThat(answers(ENVOY.get(Way.NORMALIZE), paths)).containsExactly("301 /a/..;x/b", "301 /a/..;x/b");
        assertThat(answers(ENVOY.get(Way.NORMALIZE), List.of("/a/..;x/b"))).containsExactly("301 /b");
        assertThat(answers(WEFT.get(Way.NORMALIZE), paths)).containsExactly("301 /b", "301 /b");
    }

    private static boolean isKnownDifference(String path, String envoy) {
        boolean spelt = path.contains("\\") || path.toLowerCase(Locale.ROOT).matches(".*%(2e|5c).*");
        return envoy.endsWith(" //") || path.contains(";") && spelt;
    }

    private static List<String> answers(int port, List<String> paths) throws IOException {
        List<String> answers = new ArrayList<>();
        for (String path : paths) {
            try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
                connection.send(
                        ("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                PlainHttpConnection.Answer answer = connection.read(false);
                String location = answer.header("location").orElse("");
                answers.add(answer.status() + " " + location.replaceFirst("^http://b\\.test", ""));
            }
        }
        return answers;
    }

    private static Path bootstrap(String name, Map<Way, Integer> ports) throws IOException {
        StringBuilder listeners = new StringBuilder();
        for (Way way : Way.values()) {
            listeners.append(listeners.isEmpty() ? "" : ",").append("""
                    {"name": "%s",
                     "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                     "filter_chains": [{"filters": [{
                      "name": "envoy.filters.network.http_connection_manager",
                      "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                       "stat_prefix": "http",%s
                       "http_filters": [{
                        "name": "envoy.filters.http.router",
                        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                       "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
                        {"match": {"prefix": "/"}, "redirect": {"host_redirect": "b.test"}}]}]}}}]}]}
                    """.formatted(
                            way, ports.get(way), way.fields.isEmpty() ? "" : way.fields + ","));
        }
        Path file = folder.resolve(name + ".json");
        Files.writeString(
                file,
                "{\"node\": {\"id\": \"paths\", \"cluster\": \"paths\"}, \"static_resources\": {\"listeners\": ["
                        + listeners + "]}}");
        return file;
    }

    private static Map<Way, Integer> ports() {
        Map<Way, Integer> ports = new LinkedHashMap<>();
        for (Way way : Way.values()) {
            ports.put(way, FreePorts.next());
        }
        return ports;
    }
}
