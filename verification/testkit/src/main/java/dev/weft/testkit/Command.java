package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a short command to its end, bounded in time, with its output (both streams together) in memory. */
public final class Command {
    /** A finished command. */
    public record Result(List<String> command, int exit, String output) {
        /** The output, or an {@link AssertionError} with command, exit code and output if the exit code is not 0. */
        public String orThrow() {
            if (exit != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + exit + ":\n" + output);
            }
            return output;
        }
    }

    private Command() {}

    /** Runs in the current directory. A command that outlives {@code limit} is killed and an {@link AssertionError} thrown. */
    public static Result run(Duration limit, String... command) {
        return run(limit, List.of(command), null);
    }

    /** As {@link #run(Duration, String...)}, in {@code directory} (null: the current one). */
    public static Result run(Duration limit, List<String> command, @Nullable Path directory) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            if (directory != null) {
                builder.directory(directory.toFile());
            }
            Process process = builder.start();
            process.getOutputStream().close();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> readAll(process));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " ran longer than " + limit.toMillis() + " ms");
            }
            return new Result(command, process.exitValue(), output.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command, e);
        }
    }

    private static String readAll(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
