package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @Test
    void defaultsAreTheDocumentedOnes() throws Exception {
        ControlPlaneConfig config = CommandLine.parse(List.of("--config", "mesh"));
        assertThat(config.xds()).hasToString("0.0.0.0:15012");
        assertThat(config.metrics()).hasToString("0.0.0.0:15014");
        assertThat(config.operator()).hasToString("127.0.0.1:15030");
        assertThat(config.plaintextXds()).isNull();
        assertThat(config.stateDirectory().endsWith(Path.of(".weft", "control-plane")))
                .isTrue();
    }

    @Test
    void optionsAreTaken() throws Exception {
        ControlPlaneConfig config = CommandLine.parse(List.of(
                "--config=mesh",
                "--plaintext-xds",
                "127.0.0.1:15010",
                "--foreign-identities",
                "shop/*",
                "--workload-ttl",
                "5m",
                "--api-port",
                "0"));
        assertThat(config.plaintextXds()).hasToString("127.0.0.1:15010");
        assertThat(config.foreignIdentities()).hasSize(1);
        assertThat(config.ca().workloadTtl()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        CommandLine.UsageException e = catchThrowableOfType(
                CommandLine.UsageException.class,
                () -> CommandLine.parse(List.of(
                        "--plaintext-xds",
                        "0.0.0.0:15010",
                        "--workload-ttl",
                        "4m",
                        "--colour",
                        "--xds-port",
                        "70000",
                        "--trust-domain",
                        "Not Valid")));
        assertThat(e.problems())
                .hasSize(6)
                .anyMatch(p -> p.contains("--config DIR is needed"))
                .anyMatch(p -> p.contains("loopback only"))
                .anyMatch(p -> p.contains("5m to 90d"))
                .anyMatch(p -> p.contains("unknown option --colour"));
    }

    @Test
    void usageIsTwoAndAMissingDirectoryIsOne(@TempDir Path folder) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(Main.run(List.of("--bogus"), out, out, new CountDownLatch(0)))
                .isEqualTo(2);
        String missing = folder.resolve("missing").toString();
        assertThat(Main.run(
                        List.of(
                                "--config",
                                missing,
                                "--state",
                                folder.resolve("s").toString()),
                        out,
                        out,
                        new CountDownLatch(0)))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("unknown option --bogus")
                .contains("no directory");
        assertThat(Main.run(List.of("--help"), out, out, new CountDownLatch(0))).isZero();
        assertThat(Main.run(List.of("--warm-up"), out, out, new CountDownLatch(0)))
                .isZero();
    }
}
