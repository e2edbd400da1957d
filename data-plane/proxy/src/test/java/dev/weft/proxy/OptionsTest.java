package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void bootstrapIsAFile() {
        assertThat(Options.parse("--bootstrap", "a.json")).isInstanceOfSatisfying(Options.FromBootstrap.class, o -> {
            assertThat(o.file()).isEqualTo(Path.of("a.json"));
            assertThat(o.loops()).isZero();
        });
        assertThat(Options.parse("--bootstrap=a.json", "--concurrency=3"))
                .isInstanceOfSatisfying(
                        Options.FromBootstrap.class, o -> assertThat(o.loops()).isEqualTo(3));
    }

    @Test
    void sidecarReadsEveryFlag() {
        Options options = Options.parse(
                ("--sidecar --control-plane 10.0.0.1:15012 --credential-fd 0 --renewed-credential /run/h.pem --service payments --namespace shop"
                                + " --port 8080 --port 9090/tcp --label version=v2 --address 10.1.0.4 --mode NONE"
                                + " --ready-path /up --hosts-file /tmp/hosts --plain-metrics --drain-timeout 7 --log-level debug")
                        .split(" "));
        assertThat(options).isInstanceOfSatisfying(Options.Sidecar.class, o -> {
            assertThat(o.controlPlane()).isEqualTo(new Address("10.0.0.1", 15012));
            assertThat(o.credential()).isNull();
            assertThat(o.renewedCredential()).isEqualTo(Path.of("/run/h.pem"));
            assertThat(o.serviceAccount()).isEqualTo("payments");
            assertThat(o.ports()).containsExactly(new Options.Port(8080, ""), new Options.Port(9090, "tcp"));
            assertThat(o.labels()).containsEntry("version", "v2");
            assertThat(o.mode()).isEqualTo(Options.Mode.NONE);
            assertThat(o.readiness())
                    .isEqualTo(new Readiness("/up", null, Duration.ofSeconds(5), Duration.ofSeconds(1)));
            assertThat(o.plainMetrics()).isTrue();
            assertThat(o.drain()).isEqualTo(Duration.ofSeconds(7));
        });
    }

    private static Readiness readiness(String... words) {
        String[] all = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                                "--sidecar --control-plane 10.0.0.1:15012 --credential /c --service a --address 10.1.0.4"
                                        .split(" ")),
                        java.util.stream.Stream.of(words))
                .toArray(String[]::new);
        return ((Options.Sidecar) Options.parse(all)).readiness();
    }

    @Test
    void theApplicationIsCheckedAsItSays() {
        assertThat(readiness()).isEqualTo(Readiness.DEFAULT);
        assertThat(readiness("--ready-grpc", "", "--ready-interval", "0.5", "--ready-timeout=2"))
                .isEqualTo(new Readiness(null, "", Duration.ofMillis(500), Duration.ofSeconds(2)));
        assertThat(Options.parse(
                        "--sidecar --control-plane 10.0.0.1:15012 --credential /c --service a --address 10.1.0.4 --ready-path /up"
                                .concat(" --ready-grpc a.B --ready-interval soon --ready-timeout 0")
                                .split(" ")))
                .isInstanceOfSatisfying(
                        Options.Wrong.class,
                        wrong -> assertThat(wrong.problems())
                                .hasSize(3)
                                .anyMatch(p -> p.contains("only one of them"))
                                .anyMatch(p -> p.contains("'soon'"))
                                .anyMatch(p -> p.contains("--ready-timeout: '0'")));
    }

    @Test
    void everyProblemIsTold() {
        assertThat(Options.parse(
                        "--sidecar",
                        "--control-plane",
                        "nowhere",
                        "--port",
                        "70000",
                        "--port",
                        "15021",
                        "--drain-timeout",
                        "soon",
                        "--label",
                        "x",
                        "--address",
                        "host",
                        "--mode",
                        "TPROXY",
                        "--colour"))
                .isInstanceOfSatisfying(
                        Options.Wrong.class,
                        wrong -> assertThat(wrong.problems())
                                .hasSize(10)
                                .anyMatch(p -> p.contains("--colour"))
                                .anyMatch(p -> p.contains("--service is needed"))
                                .anyMatch(p -> p.contains("nowhere"))
                                .anyMatch(p -> p.contains("70000"))
                                .anyMatch(p -> p.contains("15021 is one of the sidecar's own"))
                                .anyMatch(p -> p.contains("'soon'"))
                                .anyMatch(p -> p.contains("KEY=VALUE"))
                                .anyMatch(p -> p.contains("'host' is not an IP address"))
                                .anyMatch(p -> p.contains("TPROXY"))
                                .anyMatch(p -> p.contains("--credential")));
        assertThat(Options.parse())
                .isEqualTo(new Options.Wrong(List.of("exactly one of --bootstrap FILE and --sidecar is needed")));
        assertThat(Options.parse("--help")).isEqualTo(new Options.Help());
    }
}
