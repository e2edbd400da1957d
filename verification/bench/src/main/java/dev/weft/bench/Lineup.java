package dev.weft.bench;

import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The processes of one case: for each proxy a row from its entry port to the backend, with a fixed TLS peer in front or
 * behind, or a second proxy of its kind, where the case has one. One at a time; all end with it. One thread.
 */
final class Lineup implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);

    private final Lab lab;
    private final BenchCase benchCase;
    private final boolean logged;
    private final List<Started> proxies = new ArrayList<>();
    private final List<Path> accessLogs = new ArrayList<>();

    private Lineup(Lab lab, BenchCase benchCase, boolean logged) {
        this.lab = lab;
        this.benchCase = benchCase;
        this.logged = logged;
    }

    /** Starts the proxies of {@code kinds}; they may not be ready yet. {@code logged}: each writes an access log. */
    static Lineup start(Lab lab, BenchCase benchCase, List<ProxyKind> kinds, boolean logged) throws IOException {
        Lineup lineup = new Lineup(lab, benchCase, logged);
        try {
            lineup.startAll(kinds);
            return lineup;
        } catch (IOException | RuntimeException | Error e) {
            lineup.close();
            throw e;
        }
    }

    List<Started> proxies() {
        return proxies;
    }

    /** One of each proxy process; they grow while there is load, and are there until {@link #close()}. */
    List<Path> accessLogs() {
        return accessLogs;
    }

    private void startAll(List<ProxyKind> kinds) throws IOException {
        int behind = startBackend();
        Map<Integer, Integer> peerInTo = new LinkedHashMap<>();
        if (benchCase.shape == Shape.MTLS_OUT) {
            int peer = FreePorts.next();
            peerInTo.put(peer, behind);
            behind = peer;
        }
        for (ProxyKind kind : kinds) {
            int listen = FreePorts.next();
            int entry = listen;
            if (benchCase.shape == Shape.MTLS_IN) {
                entry = FreePorts.next();
                peerInTo.put(entry, listen);
            }
            proxies.add(new Started(kind, startRow(kind, listen, behind), entry));
        }
        if (!peerInTo.isEmpty()) {
            // Seen from the far side: it ends what the proxy begins, and begins what the proxy ends.
            startTlsPeer(HaproxyConfig.fixedPeer(benchCase.shape.out, benchCase.shape.in, peerInTo, lab.pki), peerInTo);
        }
    }

    private int startBackend() throws IOException {
        if (benchCase.shape.out != Hop.H2) {
            return lab.backendPort;
        }
        int port = FreePorts.next();
        List<String> command = H2Backend.command(lab.folder, port, benchCase.shape == Shape.GRPC);
        RunningProcess unused =
                lab.start("HTTP/2 backend", Lab.clientPin(), command).awaitPort("127.0.0.1", port, READY);
        return port;
    }

    private void startTlsPeer(String text, Map<Integer, Integer> inTo) throws IOException {
        Path config = lab.folder.resolve("tls-peer.cfg");
        Files.writeString(config, text);
        RunningProcess peer = lab.start(
                "tls peer", Lab.clientPin(), List.of(Peers.require("haproxy"), "-db", "-f", config.toString()));
        for (int port : inTo.keySet()) {
            RunningProcess unused = peer.awaitPort("127.0.0.1", port, READY);
        }
    }

    private List<RunningProcess> startRow(ProxyKind kind, int listen, int behind) throws IOException {
        if (benchCase.shape != Shape.PAIR) {
            return List.of(startProxy(kind, kind.label(), benchCase.shape.in, benchCase.shape.out, listen, behind));
        }
        int between = FreePorts.next();
        return List.of(
                startProxy(kind, kind.label() + "-outbound", benchCase.shape.in, Hop.MESH, listen, between),
                startProxy(kind, kind.label() + "-inbound", Hop.MESH, benchCase.shape.out, between, behind));
    }

    private RunningProcess startProxy(ProxyKind kind, String name, Hop in, Hop out, int listen, int upstream)
            throws IOException {
        Path folder = lab.folder.resolve(name);
        Files.createDirectories(folder);
        ProxySetup setup = new ProxySetup(
                in,
                out,
                listen,
                upstream,
                FreePorts.next(),
                benchCase.routes,
                benchCase.workers,
                benchCase == BenchCase.HANDSHAKE_RESUMED,
                logged,
                folder,
                lab.pki);
        accessLogs.add(setup.accessLog());
        Files.deleteIfExists(setup.accessLog());
        return lab.start(name, Lab.proxyPin(benchCase.workers), command(kind, setup));
    }

    private List<String> command(ProxyKind kind, ProxySetup setup) throws IOException {
        String workers = Integer.toString(setup.workers());
        switch (kind) {
            case RELAY -> {
                return List.of(
                        lab.compiled("relay"), Integer.toString(setup.listen()), Integer.toString(setup.upstream()));
            }
            case HAPROXY -> {
                Files.writeString(Path.of(HaproxyConfig.mapFile(setup)), HaproxyConfig.map(setup));
                String config = write(setup, "haproxy.cfg", HaproxyConfig.of(setup));
                String toFile = "exec \"$0\" -db -f \"$1\" >>\"$2\"";
                return List.of(
                        "sh",
                        "-c",
                        toFile,
                        Peers.require("haproxy"),
                        config,
                        setup.accessLog().toString());
            }
            case NGINX -> {
                for (String name : NginxConfig.FOLDERS) {
                    Files.createDirectories(setup.folder().resolve(name));
                }
                boolean module = Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"));
                String config = write(setup, "nginx.conf", NginxConfig.of(setup, module));
                return List.of(Peers.require("nginx"), "-p", setup.folder().toString(), "-c", config);
            }
            case ENVOY -> {
                String bootstrap = write(setup, "bootstrap.json", EnvoyBootstrap.of(setup, true));
                List<String> words = new ArrayList<>(List.of(Peers.require("envoy"), "-c", bootstrap));
                words.addAll(List.of("--concurrency", workers, "--disable-hot-restart", "--log-level", "error"));
                return words;
            }
            case WEFT -> {
                List<String> words = new ArrayList<>(lab.weftCommand);
                words.addAll(List.of("--bootstrap", write(setup, "bootstrap.json", EnvoyBootstrap.of(setup, false))));
                words.addAll(List.of("--concurrency", workers));
                return words;
            }
        }
        throw new IllegalArgumentException(kind.label());
    }

    private static String write(ProxySetup setup, String name, String text) throws IOException {
        Path file = setup.folder().resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    /** Waits until a request through each proxy is answered with 200. */
    void awaitReady() throws IOException {
        for (Started proxy : proxies) {
            long end = System.nanoTime() + READY.toNanos();
            while (!benchCase.load.answers(lab, proxy.entryPort())) {
                if (!proxy.alive() || System.nanoTime() > end) {
                    throw new IllegalStateException(proxy.kind().label() + " does not answer"
                            + (proxy.alive() ? "" : " (it ended)") + "; its output:\n" + proxy.output());
                }
                Lab.pauseMillis(2);
            }
        }
    }

    /** Ends everything and deletes the access logs, which grow by megabytes a second. */
    @Override
    public void close() throws IOException {
        lab.stopProxies();
        for (Path log : accessLogs) {
            Files.deleteIfExists(log);
        }
    }
}
