package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Log;
import dev.weft.stats.StatsRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogWriterTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final StatsRegistry stats = new StatsRegistry(1);
    private final LogWriter writer =
            new LogWriter(stats, Log.to(new PrintStream(said, true, StandardCharsets.UTF_8), Log.Level.INFO, "test"));

    @Test
    void anOutputThatCannotBeWrittenIsSaidOnceAtEachEdgeAndCounted() throws IOException {
        Path file = folder.resolve("missing").resolve("access.log");
        LogWriter.Output output = writer.output(file.toString());
        for (int i = 1; i <= 3; i++) {
            output.offer("lost\n".getBytes(StandardCharsets.US_ASCII), 1);
            long lost = i;
            await(() -> dropped() == lost);
        }
        Files.createDirectory(file.getParent());
        output.offer("kept\n".getBytes(StandardCharsets.US_ASCII), 1);
        await(() -> said.toString(StandardCharsets.UTF_8).contains("again"));
        writer.close();
        assertThat(file).hasContent("kept");
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains(" warn ", file + " cannot be written", "No such file"),
                        line -> assertThat(line).contains(" info ", "is written again; 3 lines were lost"));
    }

    private long dropped() {
        return stats.counter("weft_access_log_dropped_total", "").value();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
