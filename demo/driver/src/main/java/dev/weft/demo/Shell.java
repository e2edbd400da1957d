package dev.weft.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of the machine to their end. */
final class Shell {
    private Shell() {}

    /** What a command printed; {@link IOException} with its words when it failed or took longer than 20 s. */
    static String run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " did not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    /** A path as it is typed: in quotes where it needs them. */
    static String word(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9_./:+,@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Runs a command whose failure does not matter. */
    static void tryRun(String... command) throws InterruptedException {
        try {
            run(command);
        } catch (IOException e) {
            // as announced
        }
    }
}
