package dev.weft.conformance;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A real mesh in explicit mode, on this machine's loopback: a control plane on ports of its own, and units started by {@code weft
 * run}. Needs no root. {@link #close()} ends everything.
 */
final class LoopbackMesh implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final Deque<RunningProcess> processes = new ArrayDeque<>();
    private final int xds = FreePorts.next();
    private final int api = FreePorts.next();

    private LoopbackMesh(Path folder, String... options) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("mesh"));
        int metrics = FreePorts.next();
        List<String> words = new ArrayList<>(List.of(
                "control-plane",
                "--config",
                folder.resolve("mesh").toString(),
                "--state",
                folder.resolve("state").toString(),
                "--address",
                "127.0.0.1",
                "--xds-port",
                Integer.toString(xds),
                "--metrics-port",
                Integer.toString(metrics),
                "--api-port",
                Integer.toString(api)));
        words.addAll(List.of(options));
        RunningProcess controlPlane = keep(RunningProcess.start(spec("control plane", words.toArray(String[]::new))));
        RunningProcess unused = controlPlane.awaitPort("127.0.0.1", xds, START).awaitPort("127.0.0.1", api, START);
    }

    /** @param options further ones of {@code weft control-plane} */
    static LoopbackMesh start(Path folder, String... options) throws IOException {
        if (!WeftProcess.built()) {
            throw new AssertionError("build/lib is missing: ./weft dev build");
        }
        return new LoopbackMesh(folder, options);
    }

    private RunningProcess.Spec spec(String name, String... words) {
        RunningProcess.Spec plain = WeftProcess.weft(name, words);
        return new RunningProcess.Spec(
                name,
                plain.command(),
                null,
                Map.of(
                        "WEFT_NO_BUILD",
                        "1",
                        "WEFT_API",
                        "http://127.0.0.1:" + api,
                        "WEFT_TOKEN_FILE",
                        folder.resolve("state/operator.token").toString(),
                        "NO_COLOR",
                        "1"));
    }

    /** The address proxies and hosts reach the control plane at. */
    String controlPlane() {
        return "127.0.0.1:" + xds;
    }

    void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve("mesh").resolve(file), text);
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Runs one {@code weft} command to its end, as the operator of this mesh. */
    Command.Result weft(String... words) {
        try (RunningProcess process = RunningProcess.start(spec(words[0], words))) {
            int exit = process.awaitExit(START);
            return new Command.Result(List.of(words), exit, process.output());
        }
    }

    /** The same with {@code -o json}: its answer. */
    Map<?, ?> json(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("-o", "json"));
        String text = weft(all.toArray(String[]::new)).orThrow();
        return (Map<?, ?>) java.util.Objects.requireNonNull(Json.parse(text));
    }

    /** {@code weft join} with a token; the credential's folder is {@code name}. */
    Command.Result join(String name, String token) {
        return weft(
                "join",
                "--control-plane",
                controlPlane(),
                "--token",
                token,
                "--credential",
                file(name).toString());
    }

    /** {@code weft run --explicit …}: an application that a shell starts, in namespace {@code shop}. */
    RunningProcess run(String service, int port, String credential, String shell, String... options) {
        return run("shop", service, port, credential, shell, options);
    }

    /** The same in another namespace. */
    RunningProcess run(String namespace, String service, int port, String credential, String shell, String... options) {
        List<String> words = new ArrayList<>(List.of(
                "run",
                "--explicit",
                "--service",
                service,
                "--namespace",
                namespace,
                "--port",
                Integer.toString(port),
                "--control-plane",
                controlPlane(),
                "--credential",
                file(credential).toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "bash", "-c", shell));
        return keep(RunningProcess.start(spec(service, words.toArray(String[]::new))));
    }

    /** A command line of the shell for a class of these tests. */
    static String java(Class<?> main, String arguments) {
        List<String> words = new ArrayList<>();
        JavaProgram.spec("java", main).command().forEach(word -> words.add("'" + word + "'"));
        return String.join(" ", words) + " " + arguments;
    }

    /** How many instances of a service are registered. */
    long instances(String service) {
        return ((List<?>) java.util.Objects.requireNonNull(
                        json("get", "workloads").get("workloads")))
                .stream()
                        .filter(workload -> String.valueOf(workload).contains("/sa/" + service))
                        .count();
    }

    void awaitInstances(String service, int count) {
        Await.until(count + " of " + service, START, () -> instances(service) == count);
    }

    /** A process that ends with the mesh. */
    RunningProcess keep(RunningProcess process) {
        processes.push(process);
        return process;
    }

    String outputs() {
        StringBuilder text = new StringBuilder();
        processes.forEach(process -> text.append("--- ")
                .append(process.name())
                .append('\n')
                .append(process.output())
                .append('\n'));
        return text.toString();
    }

    @Override
    public void close() {
        processes.forEach(RunningProcess::close);
    }
}
