package dev.weft.intercept;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the machine's network tools. */
final class CommandLine {
    /** How a command ended and what it printed, both streams together. */
    record Result(int status, String output) {
        boolean ok() {
            return status == 0;
        }
    }

    /** Folders administrators' tools lie in, also where PATH has none of them (cron, some users). */
    private static final List<String> FOLDERS = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin");

    private CommandLine() {}

    static boolean exists(String tool) {
        return find(tool) != null;
    }

    /** Where a tool is; null when it is not installed. */
    static @Nullable Path find(String tool) {
        return FOLDERS.stream()
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    static Result run(String... command) throws IOException {
        return feed("", command);
    }

    /** Runs a command with some text as its input; at most ten seconds. */
    static Result feed(String input, String... command) throws IOException {
        String[] absolute = command.clone();
        Path tool = find(command[0]);
        if (tool != null) {
            absolute[0] = tool.toString();
        }
        Process process = new ProcessBuilder(absolute).redirectErrorStream(true).start();
        try (OutputStream out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " did not end within 10 s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new Result(process.exitValue(), output);
    }
}
