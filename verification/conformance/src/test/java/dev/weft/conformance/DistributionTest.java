package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code weft dist} packs is a whole Weft, wherever it is unpacked. */
class DistributionTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A Markdown link to a file, without the part after it. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]+)(?:#[^)]*)?\\)");

    @TempDir
    Path folder;

    @Test
    void theArchiveRunsWhereItIsUnpacked() throws IOException {
        String archive;
        try (RunningProcess dist = RunningProcess.start(WeftProcess.weft("dist", "dist"))) {
            assertThat(dist.awaitExit(LIMIT)).as(dist.output()).isZero();
            archive = dist.lines().getLast();
        }
        String unused = Command.run(LIMIT, "tar", "-C", folder.toString(), "-xzf", archive)
                .orThrow();
        Path home;
        try (var folders = Files.list(folder)) {
            home = folders.findFirst().orElseThrow();
        }
        assertThat(home.resolve("libexec/build.sh")).as("needs a repository").doesNotExist();
        for (String file :
                List.of("LICENSE", "README.md", "CHANGELOG.md", "lib/native/libnetty_tcnative_linux_x86_64.so")) {
            assertThat(home.resolve(file)).isNotEmptyFile();
        }
        for (String program : List.of("proxy", "control", "cli", "intercept", "demo")) {
            for (String jar : Files.readAllLines(home.resolve("lib/" + program + ".classpath"))) {
                assertThat(home.resolve("lib/" + jar)).isNotEmptyFile();
            }
        }
        assertThat(weft(home, "version").orThrow())
                .isEqualTo("weft " + Files.readString(home.resolve("VERSION")).strip() + ", JDK "
                        + System.getProperty("java.runtime.version") + " in " + System.getProperty("java.home") + "\n");
        assertThat(weft(home, "--help").orThrow()).contains("A live mesh on this machine.");
        assertThat(weft(home, "test").exit()).as("works only in a checkout").isEqualTo(2);
        everyLinkLeadsSomewhere(home);
        serveOneRequest(home);
    }

    /** The README's and those of all pages it leads to. */
    private static void everyLinkLeadsSomewhere(Path home) throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.walk(home)) {
            pages = files.filter(file -> file.toString().endsWith(".md")).toList();
        }
        assertThat(pages).contains(home.resolve("README.md"), home.resolve("docs/envoy-config.md"));
        for (Path page : pages) {
            LINK.matcher(Files.readString(page))
                    .results()
                    .map(link -> page.resolveSibling(link.group(1)))
                    .forEach(target -> assertThat(target)
                            .as("a link of %s", home.relativize(page))
                            .exists());
        }
    }

    private void serveOneRequest(Path home) throws IOException {
        int port = LoopbackMesh.freePort();
        try (EchoServer backend = EchoServer.start("behind", "127.0.0.1", 0, null)) {
            Path bootstrap = folder.resolve("bootstrap.json");
            Files.writeString(bootstrap, """
                    {"static_resources": {
                      "listeners": [{"name": "in", "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                        "filter_chains": [{"filters": [{"name": "tcp", "typed_config": {
                          "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                          "stat_prefix": "in", "cluster": "behind"}}]}]}],
                      "clusters": [{"name": "behind", "connect_timeout": "1s", "load_assignment": {"cluster_name": "behind",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                          {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}}
                    """.formatted(port, backend.port()));
            RunningProcess.Spec spec = new RunningProcess.Spec(
                    "proxy",
                    List.of(home.resolve("weft").toString(), "proxy", "--bootstrap", bootstrap.toString()),
                    folder,
                    environment());
            try (RunningProcess proxy = RunningProcess.start(spec).awaitPort("127.0.0.1", port, LIMIT);
                    PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
                connection.send("GET /x HTTP/1.1\r\nHost: behind\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(connection.read(false).text()).as(proxy.output()).startsWith("behind GET /x");
            }
        }
    }

    private Command.Result weft(Path home, String... words) {
        List<String> command =
                new java.util.ArrayList<>(List.of(home.resolve("weft").toString()));
        command.addAll(List.of(words));
        try (RunningProcess process =
                RunningProcess.start(new RunningProcess.Spec(words[0], command, folder, environment()))) {
            int exit = process.awaitExit(LIMIT);
            return new Command.Result(command, exit, process.output() + "\n");
        }
    }

    /** The JDK that runs the tests, no Maven, no caches of other trees. */
    private static Map<String, String> environment() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"), "MVN", "/bin/false", "WEFT_AOT", "off");
    }
}
