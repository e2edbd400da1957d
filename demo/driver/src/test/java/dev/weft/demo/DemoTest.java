package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DemoTest {
    @Test
    void optionsAsTheHelpSays() throws Exception {
        Options options = Options.parse(new String[] {"--for", "60s", "--report=out.json", "--no-root"}, true);
        assertThat(options.time()).isEqualTo(Duration.ofSeconds(60));
        assertThat(options.report()).isAbsolute().hasFileName("out.json");
        assertThat(options.check()).isTrue();
        assertThat(options.root()).isFalse();
        assertThat(Options.parse(new String[] {"--for=2m"}, false).time()).isEqualTo(Duration.ofMinutes(2));
        assertThat(Options.parse(new String[0], true).check()).isFalse();
        assertThat(Options.parse(new String[] {"--check=canary,mtls"}, true).only())
                .containsExactly("canary", "mtls");
        assertThatThrownBy(() -> Options.parse(new String[] {"--for", "soon"}, true))
                .isInstanceOf(Options.UsageException.class)
                .hasMessageContaining("soon");
        assertThatThrownBy(() -> Options.parse(new String[] {"--report", "/nonexistent/dir/out.json"}, true))
                .isInstanceOf(Options.UsageException.class)
                .hasMessageContaining("there is no folder /nonexistent/dir");
        assertThatThrownBy(() -> Options.parse(new String[] {"--report"}, true)).hasMessageContaining("needs a value");
    }

    @Test
    void whatIsPrintedCanBeTyped() {
        assertThat(Shell.word(Path.of("/opt/weft-1.0/weft"))).isEqualTo("/opt/weft-1.0/weft");
        assertThat(Shell.word(Path.of("/with space/it's/weft"))).isEqualTo("'/with space/it'\\''s/weft'");
    }

    @Test
    void aFirstRequestThatTookTooLongFailsWhateverTheReason() {
        assertThat(Checks.firstRequest(Duration.ofSeconds(60), 99)).isEqualTo(new Checks.Outcome(true, "after 60.0 s"));
        assertThat(Checks.firstRequest(Duration.ofMillis(60_001), 0))
                .isEqualTo(new Checks.Outcome(false, "after 60.0 s"));
        assertThat(Checks.firstRequest(Duration.ofSeconds(97), 1_000)).satisfies(outcome -> {
            assertThat(outcome.passed()).isFalse();
            assertThat(outcome.observed()).startsWith("after 97.0 s (this machine is overloaded: load 1000.0 on ");
        });
    }

    @Test
    void theLedgerCountsWhatTheCustomersReport() throws Exception {
        Ledger ledger = new Ledger();
        ledger.readFrom(new BufferedReader(new StringReader("""
                starting
                REQUEST 100 120 200 v1
                REQUEST 110 140 200 v2
                REQUEST 130 150 503 - no healthy upstream
                REQUEST 160 170 0 - java.io.EOFException: closed
                """)));
        assertThat(ledger.size()).isEqualTo(4);
        assertThat(Ledger.failed(ledger.since(0)))
                .extracting(Ledger.Entry::status)
                .containsExactly(503, 0);
        assertThat(ledger.since(150)).hasSize(2);
        assertThat(ledger.inFlight(115, 115)).isEqualTo(2);
        assertThat(ledger.inFlight(125, 135)).isEqualTo(2);
        assertThat(ledger.inFlight(151, 159)).isZero();
        assertThat(Ledger.shareOfV2(ledger.since(0))).isEqualTo(0.5);
        assertThat(ledger.await(Ledger.Entry::failed, 1_000)).isTrue();
    }

    @Test
    void packetsAreToldApart() {
        WireTap.Counter counter = new WireTap.Counter(8080);
        counter.frame(frame(40_000, 8080, new byte[] {22, 3, 1, 0, 100, 1, 0}));
        counter.frame(frame(8080, 40_000, new byte[] {23, 3, 3, 0, 20, 1}));
        counter.frame(frame(40_000, 8080, "POST /pay HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)));
        counter.frame(frame(40_000, 9090, "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)));
        counter.frame(frame(40_000, 8080, new byte[0]));
        counter.frame(new byte[10]);
        assertThat(counter.seen()).isEqualTo(new WireTap.Seen(3, 2, 1, 1));
    }

    /** Ethernet, IPv4 and TCP without options around a payload. */
    private static byte[] frame(int from, int to, byte[] payload) {
        byte[] frame = new byte[54 + payload.length];
        frame[12] = 8;
        frame[14] = 0x45;
        int length = 40 + payload.length;
        frame[16] = (byte) (length >> 8);
        frame[17] = (byte) length;
        frame[23] = 6;
        frame[34] = (byte) (from >> 8);
        frame[35] = (byte) from;
        frame[36] = (byte) (to >> 8);
        frame[37] = (byte) to;
        frame[46] = 0x50;
        System.arraycopy(payload, 0, frame, 54, payload.length);
        return frame;
    }
}
