package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The ledger must see what goes wrong, or "0 failed" means nothing. */
class LedgerTest {
    private static LedgerClient.Config toPort(int port, int rate, int millis) {
        return LedgerClient.Config.direct("http://127.0.0.1:" + port + "/", rate, Duration.ofMillis(millis));
    }

    @Test
    void everyRequestOfAGoodServerIsOkOnce() {
        try (EchoServer server = EchoServer.start("one", "127.0.0.1", 0, null)) {
            List<LedgerEntry> entries = LedgerClient.run(toPort(server.port(), 200, 1000));
            LedgerReport report = LedgerReport.join(entries, List.of(server.ids()));
            assertThat(report.failed()).as("%s", report).isEmpty();
            assertThat(report.sent()).isEqualTo(200);
            assertThat(report.duplicates()).isEmpty();
            assertThat(report.unexplained()).isEmpty();
            assertThat(report.backends()).containsExactly(java.util.Map.entry("one", 200));
        }
    }

    @Test
    void aStalledServerDoesNotSlowTheClientDown() {
        try (EchoServer server = EchoServer.start("slow", "127.0.0.1", 0, null)) {
            LedgerClient.Config config = LedgerClient.Config.direct(
                    "http://127.0.0.1:" + server.port() + "/delay/400", 100, Duration.ofMillis(500));
            LedgerReport report = LedgerReport.join(LedgerClient.run(config), List.of(server.ids()));
            assertThat(report.sent()).as("sent while all wait").isEqualTo(50);
            assertThat(report.latencyMicros(0.5)).isGreaterThan(390_000);
        }
    }

    @Test
    void refusedConnectionsCountAsFailed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        LedgerReport report = LedgerReport.join(LedgerClient.run(toPort(port, 50, 200)), List.of());
        assertThat(report.failed()).hasSize(10).allMatch(entry -> entry.outcome() == LedgerEntry.Outcome.CONNECT);
    }

    @Test
    void wrongAndCutAnswersAndBadStatusesAreSeen() throws IOException {
        AtomicInteger turn = new AtomicInteger();
        List<String> answers = List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nevil",
                "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\ncut",
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "");
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        int unused = socket.getInputStream().read(new byte[65536]);
                        socket.getOutputStream()
                                .write(answers.get(turn.getAndIncrement() % 4).getBytes("US-ASCII"));
                    } catch (IOException e) {
                        // The listener was closed: the test is over.
                        return;
                    }
                }
            });
            LedgerReport report =
                    LedgerReport.join(LedgerClient.run(toPort(server.getLocalPort(), 20, 400)), List.of());
            assertThat(report.failed())
                    .extracting(LedgerEntry::outcome)
                    .contains(
                            LedgerEntry.Outcome.WRONG_BODY,
                            LedgerEntry.Outcome.RESET_MID_BODY,
                            LedgerEntry.Outcome.BAD_STATUS,
                            LedgerEntry.Outcome.RESET_BEFORE_RESPONSE);
            assertThat(report.ok()).isZero();
        }
    }

    @Test
    void aRequestServedTwiceIsADuplicate() {
        try (EchoServer server = EchoServer.start("one", "127.0.0.1", 0, null)) {
            List<LedgerEntry> entries = LedgerClient.run(toPort(server.port(), 50, 100));
            List<String> ids = new ArrayList<>(server.ids());
            ids.add(ids.getFirst());
            LedgerReport report = LedgerReport.join(entries, List.of(ids));
            assertThat(report.duplicates()).containsExactly(ids.getFirst());
        }
    }

    @Test
    void entriesSurviveTheirFile() {
        LedgerEntry entry = new LedgerEntry("id", 1, 2, LedgerEntry.Outcome.TIME_OUT, 504, "b", "UT");
        assertThat(LedgerEntry.parse(entry.toLine())).isEqualTo(entry);
    }
}
