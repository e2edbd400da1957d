package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Log log = Log.to(new PrintStream(bytes, true, StandardCharsets.UTF_8), Log.Level.INFO, "proxy");

    @Test
    void lineHasTimeLevelComponentAndMessage() {
        log.component("xds").info("connected");
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z info xds connected\\R");
    }

    @Test
    void levelHoldsForAllComponents() {
        Log other = log.component("other");
        other.debug("hidden");
        log.level(Log.Level.DEBUG);
        other.debug("shown");
        log.level(Log.Level.ERROR);
        other.warn("hidden too");
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(1).allMatch(l -> l.endsWith("shown"));
    }

    @Test
    void oneEventIsOneLine() {
        log.warn("peer said \"x\r\n2026-01-01T00:00:00.000Z info forged\u001b[0m\"");
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    }
}
