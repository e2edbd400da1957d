package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Log;
import dev.weft.stats.StatsRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
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
            output.offer(line(output, "lost\n"), 1);
            long lost = i;
            await(() -> dropped() == lost);
        }
        Files.createDirectory(file.getParent());
        output.offer(line(output, "kept\n"), 1);
        await(() -> said.toString(StandardCharsets.UTF_8).contains("again"));
        writer.close();
        assertThat(file).hasContent("kept");
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains(" warn ", file + " cannot be written", "No such file"),
                        line -> assertThat(line).contains(" info ", "is written again; 3 lines were lost"));
    }

    /** Opening a pipe that nobody reads never returns. */
    @Test
    void anOutputThatBlocksStopsNoOther() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        LogWriter.Output blocked = writer.output(pipe.toString());
        blocked.offer(line(blocked, "nobody reads this\n"), 1);
        Path file = folder.resolve("access.log");
        LogWriter.Output output = writer.output(file.toString());
        for (int i = 1; i <= 3; i++) {
            output.offer(line(output, "read\n"), 1);
            long size = 5L * i;
            await(() -> size(file) == size);
        }
        writer.close();
        assertThat(file).hasContent("read\nread\nread\n");
        assertThat(Files.readString(pipe)).as("it was waiting for a reader").isEqualTo("nobody reads this\n");
    }

    /** What waits to be written would be taken for long-lived; the heap grew with it. */
    @Test
    void arraysAreUsedAgain() throws IOException {
        Path file = folder.resolve("access.log");
        LogWriter.Output output = writer.output(file.toString());
        Set<LogLine> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            String text = "line " + i + "\n";
            all.append(text);
            LogLine line = line(output, text);
            seen.add(line);
            output.offer(line, 1);
            await(() -> size(file) == all.length());
        }
        writer.close();
        assertThat(file).hasContent(all.toString());
        assertThat(seen).as("one being written, one that waits for use").hasSizeLessThanOrEqualTo(2);
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LogLine line(LogWriter.Output output, String text) {
        LogLine line = output.blank();
        line.plain(text);
        return line;
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
