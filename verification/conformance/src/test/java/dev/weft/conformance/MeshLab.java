package dev.weft.conformance;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import dev.weft.testkit.TestNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A real mesh in network namespaces: one host for the control plane, one for every instance, all started by the commands a user
 * would type. Needs root and a built {@code ./weft}. {@link #close()} ends everything.
 */
final class MeshLab implements AutoCloseable {
    static final String NAMESPACE = "shop";
    private static final Duration START = Duration.ofSeconds(60);

    private final TestNetwork network = TestNetwork.create();
    private final Path folder;
    private final Path config;
    private final Map<String, Unit> units = new LinkedHashMap<>();
    private final TestNetwork.Host controlHost;
    private RunningProcess controlPlane;

    private MeshLab(Path folder) throws IOException {
        this.folder = folder;
        config = folder.resolve("mesh");
        Files.createDirectories(config);
        controlHost = network.addHost("cp");
        accessLog(false);
        controlPlane = startControlPlane();
    }

    /** One running instance: its host, its {@code weft run} process and the log of its backend. */
    record Unit(String name, TestNetwork.Host host, RunningProcess process, Path log) {
        /**
         * A command as it runs where the instance's application does: in its network, with its hosts file, not as its
         * sidecar's user.
         *
         * @param program the application's, whose command line holds {@code text}
         */
        List<String> inside(String program, String text, List<String> words) {
            long application = process.descendant(program, text).pid();
            List<String> command = new ArrayList<>(
                    List.of("nsenter", "--mount", "--net", "--target", Long.toString(application), "--"));
            command.addAll(words);
            return command;
        }
    }

    /** A control plane with an empty mesh, ready. */
    static MeshLab start(Path folder) throws IOException {
        if (!WeftProcess.built()) {
            throw new AssertionError("build/lib is missing: ./weft dev build");
        }
        return new MeshLab(folder);
    }

    private RunningProcess startControlPlane() {
        RunningProcess.Spec spec = WeftProcess.weft(
                "control plane",
                "control-plane",
                "--config",
                config.toString(),
                "--state",
                state().toString(),
                "--address",
                "0.0.0.0");
        RunningProcess process = controlHost.start(spec);
        controlHost.awaitListening(15012, START);
        Await.until("the operator API", START, () -> Files.exists(state().resolve("operator.token")));
        controlHost.awaitListening(15030, START);
        return process;
    }

    private Path state() {
        return folder.resolve("state");
    }

    TestNetwork network() {
        return network;
    }

    RunningProcess controlPlane() {
        return controlPlane;
    }

    /** SIGKILL to the control plane and all it started. */
    void killControlPlane() {
        controlPlane.killTree();
        int unused = controlPlane.awaitExit(Duration.ofSeconds(5));
    }

    void restartControlPlane() {
        controlPlane = startControlPlane();
    }

    /** Puts a document into the configuration as an editor does: the whole file at once. */
    void write(String file, String text) throws IOException {
        Path next = folder.resolve("next.tmp");
        Files.writeString(next, text);
        Files.move(next, config.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The mesh's settings, with or without its access log. */
    void accessLog(boolean on) throws IOException {
        write("mesh.yaml", """
                apiVersion: weft.dev/v1
                kind: Mesh
                metadata: {name: mesh}
                spec: {mtls: STRICT, egress: ALLOW_ANY, accessLog: %b}
                """.formatted(on));
    }

    /** Lets {@code host} join for these identities; the credential lies in a folder of its own. */
    private Path join(TestNetwork.Host host, String serviceAccount) throws IOException {
        Path credential = credential(host.name());
        String answer = api(
                "POST",
                "/api/v1/tokens",
                "{\"identities\":[\"" + NAMESPACE + "/" + serviceAccount + "\"],\"ttlSeconds\":300}");
        String token = String.valueOf(object(answer).get("token"));
        RunningProcess.Spec join = WeftProcess.weft(
                "join",
                "join",
                "--control-plane",
                controlHost.address() + ":15012",
                "--token",
                token,
                "--credential",
                credential.toString());
        try (RunningProcess process = host.start(join)) {
            if (process.awaitExit(START) != 0) {
                throw new AssertionError("weft join failed:\n" + process.output());
            }
        }
        return credential;
    }

    /** Starts {@code weft run --service … -- COMMAND} on a host of its own. */
    Unit run(String name, String service, int port, List<String> labels, RunningProcess.Spec application)
            throws IOException {
        return run(name, service, port, labels, application, Map.of());
    }

    /** The same with additions to the environment of {@code weft run}. */
    Unit run(
            String name,
            String service,
            int port,
            List<String> labels,
            RunningProcess.Spec application,
            Map<String, String> environment)
            throws IOException {
        return run(name, service, List.of(port), labels, application, environment);
    }

    /** The same for an application with several ports. */
    Unit run(
            String name,
            String service,
            List<Integer> ports,
            List<String> labels,
            RunningProcess.Spec application,
            Map<String, String> environment)
            throws IOException {
        TestNetwork.Host host = network.addHost(name);
        return start(host, join(host, service), service, ports, labelled(labels), application, environment);
    }

    /** The same for an instance that says where it runs. */
    Unit runAt(
            String locality,
            String name,
            String service,
            List<Integer> ports,
            List<String> labels,
            RunningProcess.Spec application)
            throws IOException {
        TestNetwork.Host host = network.addHost(name);
        List<String> options = labelled(labels);
        options.addAll(List.of("--locality", locality));
        return start(host, join(host, service), service, ports, options, application, Map.of());
    }

    private static List<String> labelled(List<String> labels) {
        List<String> options = new ArrayList<>();
        labels.forEach(label -> options.addAll(List.of("--label", label)));
        return options;
    }

    /** The same on a host that joined 20 days ago. */
    Unit runAged(String name, String service, int port, RunningProcess.Spec application) throws IOException {
        TestNetwork.Host host = network.addHost(name);
        Path credential = join(host, service);
        AgedCredential.age(credential, state(), folder.resolve("scratch"));
        return start(host, credential, service, List.of(port), List.of(), application, Map.of());
    }

    /** What {@code weft join} made on a host. */
    Path credential(String host) {
        return folder.resolve("host-" + host);
    }

    private Unit start(
            TestNetwork.Host host,
            Path credential,
            String service,
            List<Integer> ports,
            List<String> options,
            RunningProcess.Spec application,
            Map<String, String> environment) {
        String name = host.name();
        List<String> words = new ArrayList<>(List.of(
                "run",
                "--service",
                service,
                "--namespace",
                NAMESPACE,
                "--credential",
                credential.toString(),
                "--control-plane",
                controlHost.address() + ":15012"));
        ports.forEach(port -> words.addAll(List.of("--port", Integer.toString(port))));
        words.addAll(options);
        words.add("--");
        words.addAll(application.command());
        RunningProcess.Spec weft = WeftProcess.weft(name, words.toArray(String[]::new));
        Map<String, String> all = new LinkedHashMap<>(weft.environment());
        all.putAll(environment);
        RunningProcess process = host.start(new RunningProcess.Spec(name, weft.command(), weft.directory(), all));
        Unit unit = new Unit(name, host, process, folder.resolve(name + ".ids"));
        units.put(name, unit);
        return unit;
    }

    /** Ends an instance as an operator does, and returns at once. */
    void stop(String name) {
        Objects.requireNonNull(units.get(name)).process().terminate();
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Calls the operator API from the control plane's own machine, with its token. */
    String api(String method, String path, String body) throws IOException {
        String token = Files.readString(state().resolve("operator.token")).strip();
        List<String> command = new ArrayList<>(controlHost.prefix());
        command.addAll(List.of(
                Peers.require("curl"),
                "-sS",
                "-m",
                "10",
                "--fail-with-body",
                "-X",
                method,
                "-H",
                "Authorization: Bearer " + token,
                "-H",
                "Content-Type: application/json",
                "http://127.0.0.1:15030" + path));
        if (!body.isEmpty()) {
            command.addAll(List.of("-d", body));
        }
        return Command.run(Duration.ofSeconds(15), command, null).orThrow();
    }

    Map<?, ?> get(String path) throws IOException {
        return object(api("GET", path, ""));
    }

    /** Opens the dashboard in Chromium on the control plane's machine; pictures go to build/. What the script saw, as JSON. */
    Map<?, ?> browseDashboard() throws IOException {
        Path script = file("dashboard.mjs");
        try (InputStream in = MeshLab.class.getResourceAsStream("/browser/dashboard.mjs")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        Path playwright = Peers.playwright()
                .orElseThrow(() -> new AssertionError("playwright-core is missing: verification/peers.sh"));
        List<String> command = new ArrayList<>(controlHost.prefix());
        command.addAll(List.of(
                Peers.require("node"),
                script.toString(),
                playwright.toAbsolutePath().toString(),
                Peers.require("chromium"),
                "http://127.0.0.1:15030",
                Files.readString(state().resolve("operator.token")).strip(),
                Peers.buildFolder().resolve("dashboard.png").toString()));
        Command.Result result = Command.run(Duration.ofSeconds(90), command, null);
        String json = result.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElse("");
        if (json.isEmpty()) {
            throw new AssertionError("the browser script said nothing:\n" + result.output());
        }
        return object(json);
    }

    private static Map<?, ?> object(String json) {
        if (Json.parse(json) instanceof Map<?, ?> map) {
            return map;
        }
        throw new AssertionError("not a JSON object: " + json);
    }

    /** How many endpoints the control plane knows of a service now. */
    int endpoints(String service) {
        try {
            if (get("/api/v1/services").get("services") instanceof List<?> services) {
                for (Object each : services) {
                    if (each instanceof Map<?, ?> map
                            && service.equals(map.get("name"))
                            && map.get("endpoints") instanceof Long count) {
                        return count.intValue();
                    }
                }
            }
            return -1;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Waits until a service has so many endpoints; returns when the look began that saw it ({@link System#nanoTime}), so that what the
     * look itself takes on a busy machine is not counted.
     */
    long awaitEndpoints(String service, int count, Duration limit) {
        return Await.value(count + " endpoints of " + service, limit, () -> {
            long began = System.nanoTime();
            return endpoints(service) == count ? (Long) began : null;
        });
    }

    /** What all processes printed: for a failed test. */
    String outputs() {
        StringBuilder out = new StringBuilder("--- control plane\n" + controlPlane.output() + "\n");
        units.values()
                .forEach(unit -> out.append("--- ")
                        .append(unit.name())
                        .append('\n')
                        .append(unit.process().output())
                        .append('\n'));
        return out.toString();
    }

    @Override
    public void close() {
        units.values().forEach(unit -> unit.process().killTree());
        controlPlane.killTree();
        network.close();
    }
}
