package dev.weft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of rules, depending on who listens where they lead. Other ports stand for 15000 and 15001. */
class LeftOverRulesTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @SuppressWarnings("NullAway.Init") // set before each
    private HttpServer admin;

    private String listeners = "";

    @BeforeEach
    void answer() throws IOException {
        admin = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        admin.createContext("/listeners", exchange -> {
            byte[] body = listeners.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.stop(0);
    }

    @Test
    void nobodyThereCutsTheNamespaceOff() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, LOOPBACK)) {
            port = closed.getLocalPort();
        }
        Finding finding = LeftOverRules.of(adminPort(), port);
        assertThat(finding.grade()).isEqualTo(Grade.FAIL);
        assertThat(finding.found()).endsWith("none runs here");
    }

    @Test
    void aSidecarIsWhoHasThePort() throws IOException {
        try (ServerSocket outbound = new ServerSocket(0, 1, LOOPBACK)) {
            listeners = "inbound::[::]:15006\noutbound::[::]:" + outbound.getLocalPort() + "\n";
            Finding finding = LeftOverRules.of(adminPort(), outbound.getLocalPort());
            assertThat(finding.grade()).isEqualTo(Grade.OK);
        }
    }

    @Test
    void somebodyElseOnItsPortIsNamedAsThat() throws IOException {
        try (ServerSocket foreign = new ServerSocket(0, 1, LOOPBACK);
                ServerSocket another = new ServerSocket(0, 1, LOOPBACK)) {
            another.close();
            listeners = "inbound::[::]:15006\n";
            for (int adminPort : new int[] {another.getLocalPort(), adminPort()}) {
                Finding finding = LeftOverRules.of(adminPort, foreign.getLocalPort());
                assertThat(finding.grade()).isEqualTo(Grade.FAIL);
                assertThat(finding.found())
                        .isEqualTo("all TCP is redirected to port " + foreign.getLocalPort()
                                + ", and what listens there is no sidecar");
            }
        }
    }

    private int adminPort() {
        return admin.getAddress().getPort();
    }
}
