package dev.weft.bench;

import dev.weft.testkit.Command;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The bench's workshop: a folder under build/, certificates, compiled tools, the HTTP/1.1 backend, and the pinning: the
 * measured proxy alone on CPU 0, client, backend and fixed peers together on CPU 1. Everything it starts ends with it.
 * One thread.
 */
final class Lab implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);

    final Path folder;
    final Pki pki;

    /** What starts Weft's proxy with {@code --bootstrap FILE} behind it. */
    final List<String> weftCommand;

    /** Of the HTTP/1.1 backend, which lives as long as this. */
    final int backendPort;

    private final Deque<RunningProcess> processes = new ArrayDeque<>();

    Lab(List<String> weftCommand) throws IOException {
        this.weftCommand = weftCommand;
        folder = Peers.buildFolder().resolve("bench");
        Files.createDirectories(folder.resolve("bin"));
        pki = Pki.create(folder.resolve("pki"));
        backendPort = FreePorts.next();
        RunningProcess backend =
                start("backend", clientPin(), List.of(compiled("backend"), Integer.toString(backendPort)));
        RunningProcess unused = backend.awaitPort("127.0.0.1", backendPort, READY);
    }

    /** The words in front of the client, the backend and the fixed peers. */
    static List<String> clientPin() {
        return Runtime.getRuntime().availableProcessors() > 1 ? pin("1") : List.of();
    }

    /** The words in front of a proxy with so many workers: CPU 0 and, for more than one, those behind it. */
    static List<String> proxyPin(int workers) {
        int cpus = Math.min(workers, Runtime.getRuntime().availableProcessors());
        return pin(IntStream.range(0, cpus).mapToObj(Integer::toString).collect(Collectors.joining(",")));
    }

    private static List<String> pin(String cpus) {
        return List.of(Peers.require("taskset"), "-c", cpus);
    }

    RunningProcess start(String name, List<String> pin, List<String> command) {
        RunningProcess process = RunningProcess.start(new RunningProcess.Spec(name, command).prefixed(pin));
        processes.push(process);
        return process;
    }

    /** Runs a load generator that ends by itself after {@code seconds}, on the client's CPU, and returns what it printed. */
    String runClient(int seconds, List<String> command) {
        List<String> pinned = new ArrayList<>(clientPin());
        pinned.addAll(command);
        return Command.run(Duration.ofSeconds(seconds + 30L), pinned, null).orThrow();
    }

    /** Ends every proxy and fixed peer; the backend stays. */
    void stopProxies() {
        while (processes.size() > 1) {
            processes.pop().close();
        }
    }

    /** The C program {@code name}, compiled if its source is newer. */
    String compiled(String name) throws IOException {
        Path source = Peers.repository().resolve("verification/bench/src/main/c/" + name + ".c");
        Path binary = folder.resolve("bin").resolve(name);
        FileTime changed = Files.getLastModifiedTime(source);
        if (!Files.exists(binary) || Files.getLastModifiedTime(binary).compareTo(changed) < 0) {
            List<String> words =
                    new ArrayList<>(List.of(Peers.require("gcc"), "-O2", "-Wall", "-o", binary.toString()));
            words.add(source.toString());
            if (Files.readString(source).contains("<openssl/")) {
                words.addAll(List.of("-lssl", "-lcrypto", "-lpthread"));
            }
            String unused = Command.run(Duration.ofSeconds(60), words, null).orThrow();
        }
        return binary.toString();
    }

    /** Whether a GET over plain HTTP/1.1 is answered with 200 now. */
    static boolean answersHttp1(int port, String path) {
        try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
            connection.send(
                    ("GET " + path + " HTTP/1.1\r\nHost: bench.local\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return connection.read(false).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Between two looks at whether a proxy answers, or while connections do nothing; not a wait for anything. */
    static void pauseMillis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopProxies();
        while (!processes.isEmpty()) {
            processes.pop().close();
        }
    }
}
