package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.TestNetwork;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST of a real kernel, through Netty's raw socket options. */
class OriginalDestinationTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void redirectedConnectionsTellWhereTheyWantedToGo() throws Exception {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
        try (TestNetwork network = TestNetwork.create()) {
            TestNetwork.Host host = network.addHost("app");
            String unused = host.run(
                            LIMIT,
                            Peers.require("nft"),
                            "add table inet weft_test;"
                                    + "add chain inet weft_test out { type nat hook output priority -100; };"
                                    + "add rule inet weft_test out tcp dport 80 redirect to :15001")
                    .orThrow();
            host.start(JavaProgram.spec("tell", TellDestination.class, "15001"));
            host.awaitListening(15001, LIMIT);
            String peer4 = host.address().replaceAll("\\d+$", "99");
            assertThat(ask(host, peer4, 80)).isEqualTo(peer4 + " 80");
            assertThat(ask(host, "fd77::99", 80))
                    .isEqualTo(InetAddress.getByName("fd77::99").getHostAddress() + " 80");
            assertThat(ask(host, "127.0.0.1", 15001)).as("not redirected").isEqualTo("none");
            assertThat(ask(host, "::1", 15001)).as("not redirected").isEqualTo("none");
        }
    }

    private static String ask(TestNetwork.Host from, String address, int port) {
        return from.run(LIMIT, "bash", "-c", "exec 3<>/dev/tcp/" + address + "/" + port + "; cat <&3")
                .orThrow()
                .strip();
    }
}
