package dev.weft.bench;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code weft bench --control-plane}: how long many proxies take to get a large mesh, how soon a change in a YAML file is
 * acknowledged by all of them, and what that costs the control plane. The proxies are simulated in this JVM, each with its own
 * connection, all connecting at once.
 */
final class ControlPlaneBench {
    static final String HELP = """
            usage: weft bench --control-plane [--services N] [--endpoints N] [--proxies N] [--rounds N] [--json FILE]

              --services   in the mesh (1000)
              --endpoints  of each service (5)
              --proxies    simulated delta-ADS clients, all connecting at once (100)
              --rounds     how often an endpoint is changed in its file (20)
              --json       write the figures there as well
              --weft-command    what starts Weft (default: ./weft)
            """;

    private static final Duration SYNC_LIMIT = Duration.ofSeconds(120);
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(20);

    private final Options options;
    private final PrintStream out;
    private final PrintStream progress;

    ControlPlaneBench(Options options, PrintStream out, PrintStream progress) {
        this.options = options;
        this.out = out;
        this.progress = progress;
    }

    /** Counts and the command in front of {@code control-plane …}. */
    record Options(int services, int endpoints, int proxies, int rounds, List<String> weftCommand, Path json) {
        static final Path NO_JSON = Path.of("");

        static Options parse(List<String> words, List<String> defaultWeft) throws BenchOptions.UsageException {
            Map<String, String> values = new LinkedHashMap<>();
            List<String> known =
                    List.of("--services", "--endpoints", "--proxies", "--rounds", "--json", "--weft-command");
            for (int i = 0; i < words.size(); i++) {
                if (words.get(i).equals("--control-plane")) {
                    continue;
                }
                if (!known.contains(words.get(i)) || i + 1 == words.size()) {
                    throw new BenchOptions.UsageException("unknown option or missing value: " + words.get(i));
                }
                values.put(words.get(i), words.get(++i));
            }
            try {
                String command = values.get("--weft-command");
                String json = values.get("--json");
                return new Options(
                        Integer.parseInt(values.getOrDefault("--services", "1000")),
                        Integer.parseInt(values.getOrDefault("--endpoints", "5")),
                        Integer.parseInt(values.getOrDefault("--proxies", "100")),
                        Integer.parseInt(values.getOrDefault("--rounds", "20")),
                        command == null
                                ? defaultWeft
                                : Arrays.asList(command.strip().split("\\s+")),
                        json == null ? NO_JSON : BenchOptions.callersFolder().resolve(json));
            } catch (NumberFormatException e) {
                throw new BenchOptions.UsageException("not a number: " + e.getMessage());
            }
        }
    }

    void run() throws IOException {
        Path folder = Peers.buildFolder().resolve("bench/control-plane");
        String unused = Command.run(Duration.ofSeconds(20), "rm", "-rf", folder.toString())
                .orThrow();
        MeshFiles mesh = MeshFiles.write(folder.resolve("mesh"), options.services(), options.endpoints());
        int port = FreePorts.next();
        try (RunningProcess controlPlane = start(mesh, folder.resolve("state"), port)) {
            RunningProcess ready = controlPlane.awaitPort("127.0.0.1", port, Duration.ofSeconds(60));
            progress.println("control plane up; connecting " + options.proxies() + " proxies to " + options.services()
                    + " services x " + options.endpoints() + " endpoints");
            measure(mesh, new CpuMeter(List.of(ready.pid())), port);
        }
    }

    private RunningProcess start(MeshFiles mesh, Path state, int port) {
        List<String> command = new ArrayList<>(options.weftCommand());
        command.addAll(List.of(
                "control-plane",
                "--config",
                mesh.folder().toString(),
                "--state",
                state.toString(),
                "--address",
                "127.0.0.1",
                "--plaintext-xds",
                "127.0.0.1:" + port));
        // Ports of its own: a mesh may be running on this machine.
        for (String option : List.of("--xds-port", "--metrics-port", "--api-port")) {
            command.addAll(List.of(option, Integer.toString(FreePorts.next())));
        }
        return RunningProcess.start(new RunningProcess.Spec("control plane", command));
    }

    private void measure(MeshFiles mesh, CpuMeter meter, int port) throws IOException {
        List<ManagedChannel> channels = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            CpuMeter.Reading before = meter.read();
            List<SimulatedProxy> proxies = new ArrayList<>();
            for (int i = 0; i < options.proxies(); i++) {
                ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .usePlaintext()
                        .executor(executor)
                        .maxInboundMessageSize(256 << 20)
                        .build();
                channels.add(channel);
                proxies.add(SimulatedProxy.connect(channel, i, options.services()));
            }
            Await.until("all proxies synced", SYNC_LIMIT, () -> proxies.stream().allMatch(SimulatedProxy::synced));
            double cpuMillis = meter.read().since(before) / 1e6 / options.proxies();
            List<Double> synced =
                    proxies.stream().map(SimulatedProxy::syncedMillis).toList();
            int resources = proxies.getFirst().endpointResources();
            if (resources < options.services()) {
                throw new IllegalStateException("a proxy got endpoints of only " + resources + " services");
            }
            List<Double> changes = changes(mesh, proxies);
            report(synced, changes, cpuMillis, meter.rssMib());
            proxies.forEach(SimulatedProxy::close);
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    /** Milliseconds from the file's replacement to each proxy's acknowledgement, all rounds together. */
    private List<Double> changes(MeshFiles mesh, List<SimulatedProxy> proxies) throws IOException {
        List<Double> millis = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            int service = (int) ((round * 7919L) % options.services());
            String cluster = MeshFiles.cluster(service);
            long changed = System.nanoTime();
            mesh.change(service, round);
            Await.until(
                    "the change of " + cluster + " acknowledged by all",
                    CHANGE_LIMIT,
                    () -> proxies.stream().allMatch(proxy -> proxy.synced() && proxy.ackedAtNanos(cluster) > changed));
            proxies.forEach(proxy -> millis.add((proxy.ackedAtNanos(cluster) - changed) / 1e6));
        }
        return millis;
    }

    private void report(List<Double> synced, List<Double> changes, double cpuMillis, double rssMib) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("syncedMillis", quantiles(synced));
        figures.put("changeMillis", quantiles(changes));
        figures.put("cpuMillisPerProxy", Spread.round(cpuMillis));
        figures.put("rssMiB", Spread.round(rssMib));
        out.print(String.format(
                Locale.ROOT,
                """
                control plane, %d services x %d endpoints, %d proxies
                %-28s %10s %10s
                %-28s %10.0f %10.0f
                %-28s %10.0f %10.0f
                %-28s %10.1f
                %-28s %10.1f
                """,
                options.services(),
                options.endpoints(),
                options.proxies(),
                "",
                "p50",
                "p99",
                "connect -> synced, ms",
                quantile(synced, 0.5),
                quantile(synced, 0.99),
                "file change -> acked, ms",
                quantile(changes, 0.5),
                quantile(changes, 0.99),
                "CPU per proxy, ms",
                cpuMillis,
                "RSS, MiB",
                rssMib));
        if (!options.json().equals(Options.NO_JSON)) {
            Files.writeString(options.json(), Json.writePretty(Map.of("controlPlane", figures)));
        }
    }

    private static Map<String, Object> quantiles(List<Double> values) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("p50", Spread.round(quantile(values, 0.5)));
        json.put("p99", Spread.round(quantile(values, 0.99)));
        return json;
    }

    /** The smallest value that at least this share of the values does not exceed. */
    static double quantile(List<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.max(0, Math.ceil(share * sorted.size()) - 1));
    }
}
