package dev.weft.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The proxy as a process of its own, with the class path of the test. */
final class RunningProxy implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60); // a loaded machine

    /** Not the common pool: its one thread on a small machine would be the reader's. */
    static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    final Process process;
    private final CompletableFuture<String> errors;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private RunningProxy(Process process) {
        this.process = process;
        this.errors = CompletableFuture.supplyAsync(
                () -> {
                    StringBuilder text = new StringBuilder();
                    try (BufferedReader lines = process.errorReader()) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            text.append(line).append('\n');
                            if (line.contains(" ready after ")) {
                                ready.countDown();
                            }
                        }
                    } catch (IOException e) {
                        text.append(e);
                    }
                    ready.countDown();
                    return text.toString();
                },
                THREADS);
    }

    static RunningProxy start(String... arguments) throws IOException {
        return start(List.of(), arguments);
    }

    /** With more flags for the JVM. */
    static RunningProxy start(List<String> flags, String... arguments) throws IOException {
        return new RunningProxy(new ProcessBuilder(command(flags, arguments)).start());
    }

    /**
     * With a standard output that it may write to but not open: a file without permissions, as one of another user. Root is
     * started without the right to open everything.
     */
    static RunningProxy bootstrap(Path directory, String json, Path out) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.getAttribute(directory, "unix:uid").equals(0)) {
            command.addAll(List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"));
        }
        command.addAll(command(List.of(), "--bootstrap", bootstrapFile(directory, json)));
        Process process =
                new ProcessBuilder(command).redirectOutput(out.toFile()).start();
        Files.setPosixFilePermissions(out, Set.of());
        return new RunningProxy(process);
    }

    /** May have no more than so many files open. */
    static RunningProxy withFewFiles(int most, Path directory, String json) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
        command.addAll(command(List.of(), "--bootstrap", bootstrapFile(directory, json)));
        return new RunningProxy(new ProcessBuilder(command).start());
    }

    private static List<String> command(List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.weft.proxy.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    static RunningProxy bootstrap(Path directory, String json) throws IOException {
        return bootstrap(List.of(), directory, json);
    }

    static RunningProxy bootstrap(List<String> flags, Path directory, String json) throws IOException {
        return start(flags, "--bootstrap", bootstrapFile(directory, json));
    }

    private static String bootstrapFile(Path directory, String json) throws IOException {
        return Files.writeString(directory.resolve("bootstrap.json"), json).toString();
    }

    /** Waits until it says that it is ready, or has ended. */
    RunningProxy awaitReady() throws Exception {
        if (!ready.await(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("not ready");
        }
        if (!process.isAlive()) {
            throw new AssertionError("ended: " + errors.get());
        }
        return this;
    }

    /** The exit code; fails when it does not end. */
    int exit() throws InterruptedException {
        if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("did not end");
        }
        return process.exitValue();
    }

    /** What it wrote to standard error, after its end. */
    String errors() throws Exception {
        return errors.get(10, TimeUnit.SECONDS);
    }

    HttpResponse<String> get(int port, String path, String... headers) throws Exception {
        return send(request(port, path, headers).GET());
    }

    HttpResponse<String> post(int port, String path) throws Exception {
        return send(request(port, path).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private static HttpRequest.Builder request(int port, String path, String... headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
