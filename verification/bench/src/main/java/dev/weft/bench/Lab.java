package dev.weft.bench;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * The bench's workshop: a folder under build/, certificates, the compiled backend, and the pinning: the measured proxy alone on
 * CPU 0, client, backend and fixed peers together on CPU 1. Everything it starts ends with it. One thread.
 */
final class Lab implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(20);

    final Path folder;
    final Pki pki;
    final Wrk wrk;
    private final List<String> weftCommand;
    private final int backendPort;
    private final Deque<RunningProcess> processes = new ArrayDeque<>();
    private int configs;

    Lab(List<String> weftCommand) throws IOException {
        this.weftCommand = weftCommand;
        folder = Peers.buildFolder().resolve("bench");
        Files.createDirectories(folder);
        pki = Pki.create(folder.resolve("pki"));
        wrk = new Wrk(folder);
        backendPort = freePort();
        RunningProcess backend =
                start("backend", clientPin(), List.of(compiled("backend"), Integer.toString(backendPort)));
        RunningProcess unused = backend.awaitPort("127.0.0.1", backendPort, READY);
    }

    /** A proxy under measurement and the port at which the load goes in. */
    record Started(ProxyKind kind, RunningProcess process, int entryPort) {}

    /** The words in front of the client, the backend and the fixed peers. */
    static List<String> clientPin() {
        return Runtime.getRuntime().availableProcessors() > 1 ? pin(1) : List.of();
    }

    private static List<String> pin(int cpu) {
        return List.of(Peers.require("taskset"), "-c", Integer.toString(cpu));
    }

    /** Starts the proxies of one case, each with its own ports, and for TLS cases the fixed peer in front or behind. */
    List<Started> startAll(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        List<Started> started = new ArrayList<>();
        Map<Integer, Integer> peerInTo = new java.util.LinkedHashMap<>();
        int upstream = backendPort;
        if (benchCase.shape == BenchCase.Shape.MTLS_OUT) {
            upstream = freePort();
            peerInTo.put(upstream, backendPort);
        }
        for (ProxyKind kind : kinds) {
            int listen = freePort();
            int entry = listen;
            if (benchCase.shape == BenchCase.Shape.MTLS_IN) {
                entry = freePort();
                peerInTo.put(entry, listen);
            }
            RunningProcess process =
                    startProxy(kind, benchCase.shape, new PeerConfigs.Ports(listen, upstream, freePort()));
            started.add(new Started(kind, process, entry));
        }
        if (!peerInTo.isEmpty()) {
            startTlsPeer(benchCase.shape, peerInTo);
        }
        return started;
    }

    private void startTlsPeer(BenchCase.Shape shape, Map<Integer, Integer> inTo) throws IOException {
        Path config = folder.resolve("tls-peer.cfg");
        Files.writeString(config, PeerConfigs.tlsPeer(shape, inTo, pki));
        RunningProcess peer =
                start("tls peer", clientPin(), List.of(Peers.require("haproxy"), "-db", "-f", config.toString()));
        for (int port : inTo.keySet()) {
            RunningProcess unused = peer.awaitPort("127.0.0.1", port, READY);
        }
    }

    private RunningProcess startProxy(ProxyKind kind, BenchCase.Shape shape, PeerConfigs.Ports ports)
            throws IOException {
        Path own = folder.resolve(kind.label() + "-" + ++configs);
        Files.createDirectories(own);
        List<String> command = switch (kind) {
            case RELAY ->
                List.of(compiled("relay"), Integer.toString(ports.listen()), Integer.toString(ports.upstream()));
            case HAPROXY -> {
                Path config = own.resolve("haproxy.cfg");
                Files.writeString(config, PeerConfigs.haproxy(shape, ports, pki));
                yield List.of(Peers.require("haproxy"), "-db", "-f", config.toString());
            }
            case NGINX -> {
                for (String name : PeerConfigs.nginxFolders()) {
                    Files.createDirectories(own.resolve(name));
                }
                Path config = own.resolve("nginx.conf");
                boolean module = Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"));
                Files.writeString(config, PeerConfigs.nginx(shape, ports, pki, own.toString(), module));
                yield List.of(Peers.require("nginx"), "-p", own.toString(), "-c", config.toString());
            }
            case ENVOY ->
                List.of(
                        Peers.require("envoy"),
                        "-c",
                        bootstrap(own, shape, ports),
                        "--concurrency",
                        "1",
                        "--disable-hot-restart",
                        "--log-level",
                        "error");
            case WEFT -> {
                List<String> words = new ArrayList<>(weftCommand);
                words.addAll(List.of("--bootstrap", bootstrap(own, shape, ports)));
                yield words;
            }
        };
        return start(kind.label(), pin(0), command);
    }

    private String bootstrap(Path own, BenchCase.Shape shape, PeerConfigs.Ports ports) throws IOException {
        Path file = own.resolve("bootstrap.json");
        Files.writeString(file, PeerConfigs.envoy(shape, ports, pki));
        return file.toString();
    }

    private RunningProcess start(String name, List<String> pin, List<String> command) {
        RunningProcess process = RunningProcess.start(new RunningProcess.Spec(name, command).prefixed(pin));
        processes.push(process);
        return process;
    }

    /** Waits until a request through the proxy is answered with 200. */
    void awaitReady(Started started, String path) {
        long end = System.nanoTime() + READY.toNanos();
        while (!answers(started.entryPort(), path)) {
            if (!started.process().alive() || System.nanoTime() > end) {
                throw new IllegalStateException(started.kind().label() + " does not answer"
                        + (started.process().alive() ? "" : " (it ended)") + "; its output:\n"
                        + started.process().output());
            }
            pauseMillis(2);
        }
    }

    private static boolean answers(int port, String path) {
        try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
            connection.send(
                    ("GET " + path + " HTTP/1.1\r\nHost: bench.local\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return connection.read(false).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Between two looks at whether a proxy answers; not a wait for anything in particular. */
    private static void pauseMillis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends every proxy and fixed peer; the backend stays. */
    void stopProxies() {
        while (processes.size() > 1) {
            processes.pop().close();
        }
    }

    /** The C program {@code name}, compiled if its source is newer. */
    private String compiled(String name) throws IOException {
        Path source = Peers.repository().resolve("verification/bench/src/main/c/" + name + ".c");
        Path binary = folder.resolve(name);
        FileTime changed = Files.getLastModifiedTime(source);
        if (!Files.exists(binary) || Files.getLastModifiedTime(binary).compareTo(changed) < 0) {
            String unused = Command.run(
                            Duration.ofSeconds(60),
                            Peers.require("gcc"),
                            "-O2",
                            "-Wall",
                            "-o",
                            binary.toString(),
                            source.toString())
                    .orThrow();
        }
        return binary.toString();
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
