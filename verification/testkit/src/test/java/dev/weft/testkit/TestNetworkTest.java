package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestNetworkTest {
    @BeforeEach
    void root() {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
    }

    @Test
    void hostsReachEachOtherAndNothingElse() {
        try (TestNetwork network = TestNetwork.create()) {
            TestNetwork.Host one = network.addHost("one");
            TestNetwork.Host two = network.addHost("two");
            try (RunningProcess server =
                    two.start(javaProgram("echo", EchoServer.class, "--name", "two", "--port", "8080"))) {
                server.awaitLine("listening", Duration.ofSeconds(10));
                assertThat(one.run(
                                        Duration.ofSeconds(5),
                                        "curl",
                                        "-sS",
                                        "-m",
                                        "3",
                                        "http://" + two.address() + ":8080/hello")
                                .orThrow())
                        .isEqualTo("two GET /hello 0\n");
                assertThat(one.run(Duration.ofSeconds(5), "ip", "route").output())
                        .doesNotContain("default");
            }
        }
    }

    @Test
    void aCaptureSeesPlaintextAndTellsItFromTls() {
        try (TestNetwork network = TestNetwork.create()) {
            TestNetwork.Host one = network.addHost("one");
            TestNetwork.Host two = network.addHost("two");
            try (RunningProcess server = two.start(javaProgram("echo", EchoServer.class, "--port", "8080"));
                    Capture capture = Capture.start(two, "eth0", "tcp port 8080")) {
                server.awaitLine("listening", Duration.ofSeconds(10));
                String unused = one.run(
                                Duration.ofSeconds(5), "curl", "-sS", "http://" + two.address() + ":8080/s3cret")
                        .orThrow();
                Await.until("packets", Duration.ofSeconds(5), () -> capture.contains("s3cret"));
                assertThat(capture.stop().packets("")).isGreaterThan(4);
                assertThat(capture.tlsRecords()).isZero();
            }
        }
    }

    @Test
    void closingLeavesNothingBehind() {
        String namespace;
        RunningProcess inside;
        try (TestNetwork network = TestNetwork.create()) {
            TestNetwork.Host one = network.addHost("one");
            one.hostsEntry("240.240.0.1", "payments");
            assertThat(one.run(Duration.ofSeconds(5), "getent", "hosts", "payments")
                            .output())
                    .contains("240.240.0.1");
            namespace = one.namespace();
            inside = one.start(new RunningProcess.Spec("sleep", List.of("sleep", "60")));
        }
        assertThat(Path.of("/run/netns", namespace)).doesNotExist();
        assertThat(Files.exists(Path.of("/etc/netns", namespace))).isFalse();
        assertThat(inside.awaitExit(Duration.ofSeconds(5))).isNotZero();
    }

    private static RunningProcess.Spec javaProgram(String name, Class<?> main, String... args) {
        return JavaProgram.spec(name, main, args);
    }
}
