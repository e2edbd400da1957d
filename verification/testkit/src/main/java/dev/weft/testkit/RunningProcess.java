package dev.weft.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A process that runs beside a test: its output is kept line by line, every wait is bounded, and {@link #close()} ends it
 * together with all it started. Any thread may call it.
 */
public final class RunningProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private final Thread reader;

    private RunningProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        // A platform thread: a read from a pipe blocks the carrier of a virtual one, and there are only a few carriers.
        this.reader = Thread.ofPlatform().daemon().name("output of " + name).unstarted(this::readOutput);
    }

    /** What to start: a name for messages, the command, its folder (null: the current one), additions to the environment. */
    public record Spec(
            String name, List<String> command, @Nullable Path directory, Map<String, String> environment) {
        public Spec(String name, List<String> command) {
            this(name, command, null, Map.of());
        }

        /** The same with {@code prefix} before the command, e.g. {@code ip netns exec …}. */
        public Spec prefixed(List<String> prefix) {
            List<String> all = new ArrayList<>(prefix);
            all.addAll(command);
            return new Spec(name, all, directory, environment);
        }
    }

    /** Starts it; standard input is empty, standard error goes with standard output. */
    public static RunningProcess start(Spec spec) {
        try {
            ProcessBuilder builder = new ProcessBuilder(spec.command()).redirectErrorStream(true);
            if (spec.directory() != null) {
                builder.directory(spec.directory().toFile());
            }
            builder.environment().putAll(spec.environment());
            Process process = builder.start();
            process.getOutputStream().close();
            RunningProcess running = new RunningProcess(spec.name(), process);
            running.reader.start();
            return running;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RunningProcess start(String name, String... command) {
        return start(new Spec(name, List.of(command)));
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            synchronized (lines) {
                lines.add("(output ended: " + e.getMessage() + ")");
            }
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** All lines so far. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** All output so far. */
    public String output() {
        return String.join("\n", lines());
    }

    /** Waits for a line in which {@code regex} is found and returns the match; fails at once if the process ends without it. */
    public Matcher awaitLine(String regex, Duration limit) {
        Pattern pattern = Pattern.compile(regex);
        return Await.value(name + " printing /" + regex + "/; its output:\n" + output(), limit, () -> {
            boolean ended = !process.isAlive();
            for (String line : lines()) {
                Matcher matcher = pattern.matcher(line);
                if (matcher.find()) {
                    return matcher;
                }
            }
            if (ended) {
                throw new AssertionError(describeEnd() + " before printing /" + regex + "/");
            }
            return null;
        });
    }

    /** Waits until something accepts on this address; fails at once if the process ends first. */
    public RunningProcess awaitPort(String host, int port, Duration limit) {
        Await.until(name + " listening on " + host + ":" + port, limit, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(describeEnd() + " before it listened on port " + port);
            }
            return accepts(host, port);
        });
        return this;
    }

    /** Whether a TCP connection to this address succeeds now. */
    public static boolean accepts(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for its end, with all it printed, and returns the exit code (128 + signal for a killed one). */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        name + " still runs after " + limit.toMillis() + " ms; its output:\n" + output());
            }
            // What it started may live on and hold the other end of the pipe.
            reader.join(Duration.ofSeconds(2));
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
    }

    /** SIGTERM to the process itself. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL to the process itself; what it started lives on. */
    public void kill() {
        process.destroyForcibly();
    }

    /** SIGKILL to the process and everything below it. */
    public void killTree() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
    }

    /** The processes below this one, oldest first. */
    public List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /**
     * The process below this one whose program is {@code program} (the end of its path) and whose command line contains {@code text}.
     * Reads /proc itself: {@link ProcessHandle.Info} cuts command lines at 4096 bytes, and class paths are longer.
     */
    public ProcessHandle descendant(String program, String text) {
        return process.descendants()
                .filter(below -> commandLine(below.pid()).split("\0", 2)[0].endsWith(program)
                        && commandLine(below.pid()).contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        name + " started no " + program + " … " + text + "; its output:\n" + output()));
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
        } catch (IOException e) {
            // It ended meanwhile.
            return "";
        }
    }

    private String describeEnd() {
        return name + " ended with " + process.exitValue() + "; its output:\n" + output() + "\n";
    }

    /** SIGTERM, two seconds, then SIGKILL, for it and everything below it. */
    @Override
    public void close() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        below.forEach(ProcessHandle::destroyForcibly);
    }
}
