package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
        Path place = Files.createDirectory(folder.resolve("with space"));
        String unused = Command.run(LIMIT, "tar", "-C", place.toString(), "-xzf", archive)
                .orThrow();
        Path home;
        try (var folders = Files.list(place)) {
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
        runOneUnit(home);
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
        int port = FreePorts.next();
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
            RunningProcess.Spec spec = spec(home, List.of("proxy", "--bootstrap", bootstrap.toString()));
            try (RunningProcess proxy = RunningProcess.start(spec).awaitPort("127.0.0.1", port, LIMIT);
                    PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
                connection.send("GET /x HTTP/1.1\r\nHost: behind\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(connection.read(false).text()).as(proxy.output()).startsWith("behind GET /x");
            }
        }
    }

    /** Control plane, token, credential, and an application that ends by itself. */
    private void runOneUnit(Path home) throws IOException {
        int xds = FreePorts.next();
        int api = FreePorts.next();
        String state = folder.resolve("state").toString();
        String credential = folder.resolve("credential").toString();
        RunningProcess.Spec spec = spec(
                home,
                List.of(
                        "control-plane",
                        "--config",
                        Files.createDirectory(folder.resolve("mesh")).toString(),
                        "--state",
                        state,
                        "--address",
                        "127.0.0.1",
                        "--xds-port",
                        Integer.toString(xds),
                        "--metrics-port",
                        Integer.toString(FreePorts.next()),
                        "--api-port",
                        Integer.toString(api)));
        try (RunningProcess controlPlane =
                RunningProcess.start(spec).awaitPort("127.0.0.1", xds, LIMIT).awaitPort("127.0.0.1", api, LIMIT)) {
            String url = "http://127.0.0.1:" + api;
            String token = weft(
                            home,
                            "token",
                            "create",
                            "--identity",
                            "shop/*",
                            "--api",
                            url,
                            "--token-file",
                            state + "/operator.token")
                    .orThrow()
                    .lines()
                    .filter(line -> line.matches("\\S+\\.[0-9a-f]{64}"))
                    .findFirst()
                    .orElseThrow();
            String address = "127.0.0.1:" + xds;
            assertThat(weft(home, "join", "--control-plane", address, "--token", token, "--credential", credential)
                            .orThrow())
                    .contains("Joined as ");
            String unit = "run --explicit --service orders --namespace shop --port 8080 --credential " + credential
                    + " -- bash -c";
            List<String> words = new ArrayList<>(List.of(unit.split(" ")));
            words.add("echo started; exit 7");
            Command.Result ran = weft(home, words.toArray(String[]::new));
            assertThat(ran.exit())
                    .as("%s%n%s", ran.output(), controlPlane.output())
                    .isEqualTo(7);
            assertThat(ran.output()).contains("started");
        }
    }

    private Command.Result weft(Path home, String... words) {
        RunningProcess.Spec spec = spec(home, List.of(words));
        try (RunningProcess process = RunningProcess.start(spec)) {
            int exit = process.awaitExit(LIMIT);
            return new Command.Result(spec.command(), exit, process.output() + "\n");
        }
    }

    private RunningProcess.Spec spec(Path home, List<String> words) {
        List<String> command = new ArrayList<>(List.of(home.resolve("weft").toString()));
        command.addAll(words);
        return new RunningProcess.Spec(words.getFirst(), command, folder, environment());
    }

    /** The JDK that runs the tests, no Maven, no caches of other trees. */
    private static Map<String, String> environment() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"), "MVN", "/bin/false", "WEFT_AOT", "off");
    }
}
