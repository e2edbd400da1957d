package dev.weft.demo;

import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.SyncState;
import dev.weft.adminapi.TokenRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the demo: the control plane and the units around it. Started by commands a user could type. One thread
 * uses it; {@link #close()} may come from another.
 */
final class Mesh implements AutoCloseable {
    private static final String NAMESPACE = "shop";
    private static final String CUSTOMERS = "shopper";
    private static final List<String> APPLICATION_JVM =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx48m", "-Xshare:auto");

    private final Folders folders;
    private final Place place;
    private final Ports ports;
    private final Ledger ledger = new Ledger();
    private final Map<String, Unit> units = new LinkedHashMap<>(); // guarded by this
    private final @Nullable String python;
    private final Operator operator;
    private @Nullable Process controlPlane;
    private boolean open; // whether customers may come; guarded by this
    private boolean closed; // guarded by this
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Ports of the control plane: the ones everybody knows, or any where those are taken. */
    private record Ports(int xds, int metrics, int api) {}

    Mesh(Folders folders, Place place) throws IOException, InterruptedException {
        this.folders = folders;
        this.place = place;
        this.ports = freePorts(place.controlPlaneAddress());
        this.python = findPython();
        this.operator = new Operator(
                URI.create("http://127.0.0.1:" + ports.api()), folders.state().resolve("operator.token"));
    }

    private static Ports freePorts(String address) throws IOException {
        boolean usual = isFree(address, 15012) && isFree("127.0.0.1", 15014) && isFree("127.0.0.1", 15030);
        return usual ? new Ports(15012, 15014, 15030) : new Ports(anyFree(), anyFree(), anyFree());
    }

    private static boolean isFree(String address, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int anyFree() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static @Nullable String findPython() throws InterruptedException {
        try {
            return Shell.run("python3", "-c", "import http.server, sys; print(sys.executable)")
                    .strip();
        } catch (IOException e) {
            return null;
        }
    }

    Operator operator() {
        return operator;
    }

    Ledger ledger() {
        return ledger;
    }

    Folders folders() {
        return folders;
    }

    Place place() {
        return place;
    }

    boolean hasPython() {
        return python != null;
    }

    synchronized Unit unit(String name) {
        Unit unit = units.get(name);
        if (unit == null) {
            throw new IllegalStateException("no unit " + name + " among " + units.keySet());
        }
        return unit;
    }

    synchronized List<Unit> units() {
        return List.copyOf(units.values());
    }

    /** Starts the control plane and waits until it answers. */
    void startControlPlane() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                folders.weft().toString(),
                "control-plane",
                "--config",
                folders.mesh().toString(),
                "--state",
                folders.state().toString(),
                "--address",
                place.controlPlaneAddress()));
        if (ports.api() != 15030) {
            command.addAll(List.of(
                    "--xds-port", String.valueOf(ports.xds()),
                    "--metrics-port", String.valueOf(ports.metrics()),
                    "--api-port", String.valueOf(ports.api())));
        }
        Process process = launch("control-plane", command);
        controlPlane = process;
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (true) {
            try {
                operator.info();
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new IOException(
                            "the control plane ended (exit code " + process.exitValue() + "), see "
                                    + folders.logs().resolve("control-plane.log"),
                            e);
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("the control plane does not answer: " + e.getMessage(), e);
                }
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    /** As a crash would. */
    void killControlPlane() throws InterruptedException {
        Process process = controlPlane;
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Makes this machine a host of the mesh, the way any machine becomes one. */
    void join() throws IOException, InterruptedException {
        String token = operator.createToken(new TokenRequest("demo", List.of(NAMESPACE + "/*"), 600))
                .token();
        List<String> command = List.of(
                folders.weft().toString(),
                "join",
                "--control-plane",
                place.controlPlaneAddress() + ":" + ports.xds(),
                "--token",
                token,
                "--credential",
                folders.credential().toString());
        Process process = launch("join", command);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("joining failed: "
                    + Files.readString(folders.logs().resolve("join.log")).strip());
        }
    }

    /** Starts an instance; returns at once. */
    Unit start(String name, String service, String version) throws IOException, InterruptedException {
        String address = place.add(name);
        List<String> command = new ArrayList<>(place.enter(name));
        command.addAll(List.of(
                folders.weft().toString(),
                "run",
                "--service",
                service,
                "--namespace",
                NAMESPACE,
                "--port",
                "8080",
                "--label",
                "app=" + service,
                "--label",
                "version=" + version,
                "--control-plane",
                place.controlPlaneAddress() + ":" + ports.xds(),
                "--credential",
                folders.credential().toString(),
                "--start-timeout",
                "300"));
        command.addAll(place.runOptions(address));
        command.add("--");
        command.addAll(application(service));
        ProcessBuilder builder = builder(name, command);
        builder.environment().put("VERSION", version);
        if (service.equals(CUSTOMERS)) {
            builder.redirectInput(ProcessBuilder.Redirect.PIPE);
            builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
        }
        Process process = builder.start();
        Unit unit = new Unit(name, service, version, address, process);
        synchronized (this) {
            if (closed) {
                process.destroyForcibly();
                throw new IOException("the demo ends");
            }
            units.put(name, unit);
            if (open && service.equals(CUSTOMERS)) {
                letIn(unit);
            }
        }
        if (service.equals(CUSTOMERS)) {
            BufferedReader output = process.inputReader();
            Thread.ofVirtual().name("ledger").start(() -> ledger.readFrom(output));
        }
        return unit;
    }

    private List<String> application(String service) {
        if (service.equals("recommendations") && python != null) {
            return List.of(python, folders.python().toString());
        }
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(APPLICATION_JVM);
        String program = service.equals("audit") ? "shipping" : service; // it looks at the same orders
        command.addAll(List.of("-cp", shopJar().toString(), "dev.weft.shop.Main", program));
        return command;
    }

    /** The one jar an application of the shop has. */
    Path shopJar() {
        for (String entry : System.getProperty("java.class.path").split(":")) {
            if (Path.of(entry).getFileName().toString().startsWith("weft-shop")) {
                return Path.of(entry);
            }
        }
        throw new IllegalStateException("no weft-shop jar on the class path");
    }

    /** A unit that ended and is not to be seen again. */
    void forget(Unit unit) throws InterruptedException {
        synchronized (this) {
            units.remove(unit.name());
        }
        place.remove(unit.name());
    }

    /** The status of a unit's sidecar, null while the control plane has none. */
    @Nullable
    ProxyStatus status(Unit unit) throws IOException, InterruptedException {
        return operator.proxies().proxies().stream()
                .filter(proxy -> proxy.connected() && proxy.address().equals(unit.address()))
                .findFirst()
                .orElse(null);
    }

    /** Waits until an instance is registered and its sidecar has acknowledged everything. */
    boolean awaitServing(Unit unit, long timeoutMillis) throws InterruptedException {
        return Wait.until(timeoutMillis, () -> {
            ProxyStatus status = status(unit);
            return status != null
                    && status.state() == SyncState.SYNCED
                    && operator.workloads().workloads().stream()
                            .anyMatch(workload -> workload.address().equals(unit.address()));
        });
    }

    /** Waits until every service is registered and every sidecar knows about all of them. */
    boolean awaitShop(long timeoutMillis) throws InterruptedException {
        List<Unit> all = units();
        return Wait.until(timeoutMillis, () -> {
            for (Unit unit : all) {
                if (!unit.process().isAlive()) {
                    return true; // it will not come; its log says why
                }
            }
            List<String> registered = operator.workloads().workloads().stream()
                    .map(workload -> workload.address())
                    .toList();
            List<String> synced = operator.proxies().proxies().stream()
                    .filter(proxy -> proxy.connected() && proxy.state() == SyncState.SYNCED)
                    .map(ProxyStatus::address)
                    .toList();
            return all.stream()
                    .allMatch(unit -> synced.contains(unit.address())
                            // Customers offer nothing that could be registered.
                            && (unit.service().equals(CUSTOMERS) || registered.contains(unit.address())));
        });
    }

    /** Lets the customers in: from now on there are requests. */
    synchronized void open() throws IOException {
        open = true;
        for (Unit unit : units.values()) {
            if (unit.service().equals(CUSTOMERS)) {
                letIn(unit);
            }
        }
    }

    private static void letIn(Unit customers) throws IOException {
        customers.process().getOutputStream().write('\n');
        customers.process().getOutputStream().flush();
    }

    private Process launch(String name, List<String> command) throws IOException {
        return builder(name, command).start();
    }

    private ProcessBuilder builder(String name, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(Folders.MARK, folders.root.toString());
        builder.environment().put("WEFT_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(!name.equals(CUSTOMERS));
        ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(
                folders.logs().resolve(name + ".log").toFile());
        builder.redirectOutput(log);
        if (!builder.redirectErrorStream()) {
            builder.redirectError(log);
        }
        return builder;
    }

    /** Whether {@link #close()} has begun. */
    synchronized boolean closed() {
        return closed;
    }

    /** Ends everything: the customers, the instances, the control plane. Whoever comes second waits for the first. */
    @Override
    public void close() throws InterruptedException {
        boolean first;
        synchronized (this) {
            first = !closed;
            closed = true;
        }
        if (!first) {
            ended.await();
            return;
        }
        try {
            endAll();
        } finally {
            ended.countDown();
        }
    }

    private void endAll() throws InterruptedException {
        // Nobody is left who could notice an orderly end.
        for (Unit unit : units()) {
            unit.kill();
        }
        Process process = controlPlane;
        if (process != null && process.isAlive()) {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        place.close();
    }
}
