package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A network of its own for one test: a hub namespace with a bridge, and one namespace with an address for every host. The
 * machine's own namespace gets no interface and no route, so nothing leaves the test. Needs root. {@link #close()} deletes
 * all of it and ends every process inside; so does a hook when the JVM ends.
 */
public final class TestNetwork implements AutoCloseable {
    private static final Duration STEP = Duration.ofSeconds(10);

    private final String prefix;
    private final String subnet;
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Thread hook = new Thread(this::delete, "delete test network");

    private TestNetwork(String prefix, String subnet) {
        this.prefix = prefix;
        this.subnet = subnet;
    }

    /** An empty network 10.77.x.0/24 (and fd77:x::/64) whose namespaces are named {@code weft-<random>-…}. */
    public static TestNetwork create() {
        byte[] random = new byte[2];
        ThreadLocalRandom.current().nextBytes(random);
        int third = 1 + (random[0] & 0xff) % 250;
        TestNetwork network = new TestNetwork("weft-" + HexFormat.of().formatHex(random), "10.77." + third);
        Runtime.getRuntime().addShutdownHook(network.hook);
        try {
            String hub = network.prefix + "-hub";
            ip("netns", "add", hub);
            ip("-n", hub, "link", "add", "br0", "type", "bridge");
            ip("-n", hub, "link", "set", "br0", "up");
        } catch (RuntimeException | AssertionError e) {
            network.close();
            throw e;
        }
        return network;
    }

    /** Adds a host {@code name} (at most 8 letters) with the next address; IPv4, and IPv6 without duplicate detection. */
    public Host addHost(String name) {
        int number = hosts.size() + 2;
        String hub = prefix + "-hub";
        String namespace = prefix + "-" + name;
        String outer = "v" + number;
        ip("netns", "add", namespace);
        Host host = new Host(name, namespace, subnet + "." + number, "fd77::" + Integer.toHexString(number));
        hosts.put(name, host);
        ip("-n", hub, "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        ip("-n", hub, "link", "set", outer, "master", "br0", "up");
        ip("-n", namespace, "addr", "add", host.address() + "/24", "dev", "eth0");
        ip("-n", namespace, "addr", "add", host.address6() + "/64", "dev", "eth0", "nodad");
        ip("-n", namespace, "link", "set", "lo", "up");
        ip("-n", namespace, "link", "set", "eth0", "up");
        return host;
    }

    public Host host(String name) {
        Host host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no host " + name + " among " + hosts.keySet());
        }
        return host;
    }

    /** One namespace: commands and processes run inside it as on a machine of its own. */
    public static final class Host {
        private final String name;
        private final String namespace;
        private final String address;
        private final String address6;
        private final List<RunningProcess> started = new CopyOnWriteArrayList<>();

        Host(String name, String namespace, String address, String address6) {
            this.name = name;
            this.namespace = namespace;
            this.address = address;
            this.address6 = address6;
        }

        public String name() {
            return name;
        }

        /** As {@code ip netns} knows it. */
        public String namespace() {
            return namespace;
        }

        public String address() {
            return address;
        }

        public String address6() {
            return address6;
        }

        /** The words that, before a command, run it here. */
        public List<String> prefix() {
            return List.of(Peers.require("ip"), "netns", "exec", namespace);
        }

        public Command.Result run(Duration limit, String... command) {
            List<String> all = new ArrayList<>(prefix());
            all.addAll(List.of(command));
            return Command.run(limit, all, null);
        }

        public RunningProcess start(RunningProcess.Spec spec) {
            RunningProcess process = RunningProcess.start(spec.prefixed(prefix()));
            started.add(process);
            return process;
        }

        /** Adds a line to this namespace's own hosts file, which {@code ip netns exec} puts over /etc/hosts. */
        public void hostsEntry(String address, String... names) {
            Path file = Path.of("/etc/netns", namespace, "hosts");
            try {
                Files.createDirectories(file.getParent());
                String old = Files.exists(file) ? Files.readString(file) : "127.0.0.1 localhost\n::1 localhost\n";
                Files.writeString(file, old + address + " " + String.join(" ", names) + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Waits until something inside listens on this port, on whatever address. */
        public void awaitListening(int port, Duration limit) {
            Await.until(
                    "a listener on port " + port + " in " + namespace,
                    limit,
                    () -> run(STEP, "ss", "-Hltn", "sport = :" + port).output().contains("LISTEN"));
        }
    }

    private static void ip(String... words) {
        List<String> command = new ArrayList<>(List.of(Peers.require("ip")));
        command.addAll(List.of(words));
        String unused = Command.run(STEP, command, null).orThrow();
    }

    @Override
    public void close() {
        delete();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM ends already and the hook runs: nothing to take back.
            return;
        }
    }

    private synchronized void delete() {
        List<String> namespaces =
                new ArrayList<>(hosts.values().stream().map(Host::namespace).toList());
        namespaces.add(prefix + "-hub");
        // A process that has not entered its namespace yet is not found there.
        hosts.values().forEach(host -> host.started.forEach(RunningProcess::killTree));
        for (String namespace : namespaces) {
            if (!Files.exists(Path.of("/run/netns", namespace))) {
                continue;
            }
            Command.Result pids = Command.run(STEP, Peers.require("ip"), "netns", "pids", namespace);
            pids.output()
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.matches("[0-9]+"))
                    .forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
            Command.Result unused = Command.run(STEP, Peers.require("ip"), "netns", "del", namespace);
            deleteFolder(Path.of("/etc/netns", namespace));
        }
        hosts.clear();
    }

    private static void deleteFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
