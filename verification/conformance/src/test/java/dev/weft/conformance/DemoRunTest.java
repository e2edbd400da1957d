package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Json;
import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weft demo} as a user starts it: it passes, it notices a mesh that is not right, and it leaves nothing behind. */
class DemoRunTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Path MESH = Peers.buildFolder().resolve("demo/mesh");

    @TempDir
    Path folder;

    /** In the mode that this user gets: namespaces as root, explicit mode otherwise. */
    @Test
    void allChecksPass() throws IOException {
        Path file = folder.resolve("report.json");
        try (RunningProcess demo = demo("--for", "1s", "--report", file.toString())) {
            int exit = demo.awaitExit(LIMIT);
            // What did not pass comes first: some readers of a test's output show no more than a line.
            assertThat(exit).as(failed(file) + demo.output()).isZero();
        }
        Map<?, ?> report = report(file);
        assertThat(report.get("passed")).isEqualTo(true);
        assertThat(report.get("mode")).isEqualTo(Peers.root() ? "namespaces" : "explicit");
        assertThat(outcomes(report))
                .containsOnlyKeys(
                        "first request",
                        "plain application",
                        "request through both sidecars",
                        "mTLS on the wire",
                        "canary by header",
                        "mirrored traffic",
                        "faults switched on and off by YAML",
                        "canary moved by editing YAML",
                        "instance replaced with drain",
                        "instance killed with -9",
                        "control plane killed and back",
                        "certificate rotated",
                        "dashboard serves live numbers",
                        "nothing else failed")
                .doesNotContainValue(false);
        assertNothingLeft();
        assertNoFolderLeft();
    }

    /** The broken variant: weights that the demo cannot edit, sidecars that take plaintext. */
    @Test
    void aMeshThatIsNotRightIsReported() throws IOException {
        Path file = folder.resolve("report.json");
        try (RunningProcess demo = demo(
                "--no-root", "--for", "1s", "--check=plain,mtls,canary moved,teapot", "--report", file.toString())) {
            var unused = demo.awaitLine("instances are starting", LIMIT);
            String canary = Files.readString(MESH.resolve("canary.yaml"));
            Files.writeString(
                    MESH.resolve("canary.yaml"), canary.replaceAll("\\{(name: .*), (weight: [0-9]+)\\}", "{$2, $1}"));
            String mesh = Files.readString(MESH.resolve("mesh.yaml"));
            Files.writeString(MESH.resolve("mesh.yaml"), mesh.replace("STRICT", "PERMISSIVE"));
            int exit = demo.awaitExit(LIMIT);
            assertThat(exit).as(demo.output()).isEqualTo(1);
            assertThat(demo.output()).contains("NOT all checks passed");
        }
        Map<?, ?> report = report(file);
        assertThat(report.get("passed")).isEqualTo(false);
        assertThat(outcomes(report))
                .isEqualTo(Map.of(
                        "plain application", true,
                        "mTLS on the wire", false,
                        "canary moved by editing YAML", false,
                        "teapot", false));
        assertNothingLeft();
    }

    @Test
    void controlCEndsItInOrder() throws IOException {
        try (RunningProcess demo = demo()) {
            var unused = demo.awaitLine("instances are starting", LIMIT);
            String killed = Command.run(Duration.ofSeconds(5), "kill", "-INT", Long.toString(demo.pid()))
                    .orThrow();
            int exit = demo.awaitExit(Duration.ofSeconds(30));
            assertThat(exit).as(killed + demo.output()).isEqualTo(130);
            assertThat(demo.output())
                    .contains("everything is ended and removed")
                    .as("what the end itself broke")
                    .doesNotContain("weft demo: ");
        }
        assertNothingLeft();
        assertNoFolderLeft();
    }

    private static RunningProcess demo(String... words) {
        if (!WeftProcess.built()) {
            throw new AssertionError("build/lib is missing: ./weft dev build");
        }
        // Whoever runs the tests in the background has SIGINT ignored, and children inherit that.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT", WeftProcess.launcher().toString(), "demo"));
        command.addAll(List.of(words));
        return RunningProcess.start(new RunningProcess.Spec("weft demo", command, null, Map.of("WEFT_NO_BUILD", "1")));
    }

    private static Map<?, ?> report(Path file) throws IOException {
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(Files.readString(file)));
    }

    private static String failed(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "no report; ";
        }
        StringBuilder failed = new StringBuilder();
        for (Object check : (List<?>) Objects.requireNonNull(report(file).get("checks"))) {
            if (check instanceof Map<?, ?> fields && !Boolean.TRUE.equals(fields.get("passed"))) {
                failed.append(fields).append("; ");
            }
        }
        return failed.toString();
    }

    private static Map<String, Boolean> outcomes(Map<?, ?> report) {
        Map<String, Boolean> outcomes = new LinkedHashMap<>();
        for (Object check : (List<?>) Objects.requireNonNull(report.get("checks"))) {
            Map<?, ?> fields = (Map<?, ?>) check;
            assertThat(fields.keySet()).asString().contains("name", "passed", "observed", "expected");
            outcomes.put(String.valueOf(fields.get("name")), Boolean.TRUE.equals(fields.get("passed")));
        }
        return outcomes;
    }

    /** No process of the demo, and as root no namespace, link or unit folder of it. */
    private static void assertNothingLeft() {
        byte[] mark = ("WEFT_DEMO=" + Peers.buildFolder().resolve("demo")).getBytes(StandardCharsets.UTF_8);
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                environment(process.pid()).contains(new String(mark, StandardCharsets.UTF_8))))
                .as("processes of the demo")
                .isEmpty();
        if (Peers.root()) {
            assertThat(Command.run(Duration.ofSeconds(5), "ip", "netns", "list").output())
                    .doesNotContain("weft-demo-");
            assertThat(Command.run(Duration.ofSeconds(5), "ip", "link").output())
                    .doesNotContain("weft-demo");
        }
    }

    /** What units of a demo in namespaces keep in /run/weft; other meshes' units are known by their lack of recommendations. */
    private static void assertNoFolderLeft() {
        assertThat(Command.run(
                                Duration.ofSeconds(5),
                                "sh",
                                "-c",
                                "for unit in $(grep -ls recommendations /run/weft/run-*/hosts); do flock -n ${unit%/*} echo ${unit%/*}; done")
                        .output())
                .as("folders of units that are gone")
                .isEmpty();
    }

    private static String environment(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // gone, or somebody else's
        }
    }
}
