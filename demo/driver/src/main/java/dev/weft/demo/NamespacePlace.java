package dev.weft.demo;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network namespace per workload on a bridge of this machine. All names start with {@code weft-demo}, so that what an
 * earlier run left behind is found and removed.
 */
final class NamespacePlace implements Place {
    private static final String PREFIX = "weft-demo-";
    private static final String BRIDGE = "weft-demo";

    private final String subnet;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private int last = 1;

    private NamespacePlace(String subnet) {
        this.subnet = subnet;
    }

    static NamespacePlace create() throws IOException, InterruptedException {
        removeLeftovers();
        NamespacePlace place = new NamespacePlace(freeSubnet());
        Shell.run("ip", "link", "add", BRIDGE, "type", "bridge");
        Shell.run("ip", "addr", "add", place.controlPlaneAddress() + "/24", "dev", BRIDGE);
        Shell.run("ip", "link", "set", BRIDGE, "up");
        return place;
    }

    /** Namespaces, processes in them, and the bridge of a run that could not clean up after itself. */
    static void removeLeftovers() throws IOException, InterruptedException {
        for (String line : Shell.run("ip", "netns", "list").lines().toList()) {
            String name = line.split(" ")[0];
            if (name.startsWith(PREFIX)) {
                delete(name);
            }
        }
        Shell.tryRun("ip", "link", "del", BRIDGE);
    }

    /** A network nobody on this machine has a route to. */
    private static String freeSubnet() throws IOException, InterruptedException {
        String routes = Shell.run("ip", "route");
        for (int third = 77; third < 250; third++) {
            String subnet = "10.231." + third;
            if (!routes.contains(subnet + ".")) {
                return subnet;
            }
        }
        throw new IOException("no free network in 10.231.0.0/16");
    }

    @Override
    public String description() {
        return "every service in its own network namespace (" + PREFIX + "..., network " + subnet
                + ".0/24), traffic redirected to its sidecar";
    }

    @Override
    public String controlPlaneAddress() {
        return subnet + ".1";
    }

    @Override
    public synchronized String add(String workload) throws IOException, InterruptedException {
        int number = ++last;
        String namespace = PREFIX + workload;
        String outer = outer(number);
        String address = subnet + "." + number;
        numbers.put(workload, number);
        Shell.run("ip", "netns", "add", namespace);
        Shell.run("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        Shell.run("ip", "link", "set", outer, "master", BRIDGE, "up");
        Shell.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "eth0");
        Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
        Shell.run("ip", "-n", namespace, "link", "set", "eth0", "up");
        return address;
    }

    private static String outer(int number) {
        return "weftdemo" + number;
    }

    @Override
    public List<String> enter(String workload) {
        return List.of("ip", "netns", "exec", PREFIX + workload);
    }

    @Override
    public List<String> runOptions(String address) {
        return List.of();
    }

    @Override
    public int inboundPort() {
        return 8080; // redirected
    }

    @Override
    public synchronized String wire(String workload) {
        return outer(numbers.getOrDefault(workload, 0));
    }

    @Override
    public void remove(String workload) throws InterruptedException {
        delete(PREFIX + workload);
    }

    private static void delete(String namespace) throws InterruptedException {
        try {
            for (String pid :
                    Shell.run("ip", "netns", "pids", namespace).lines().toList()) {
                ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException e) {
            // no such namespace: nothing to end
        }
        Shell.tryRun("ip", "netns", "del", namespace);
    }

    @Override
    public void close() throws InterruptedException {
        for (String workload : List.copyOf(numbers.keySet())) {
            remove(workload);
        }
        Shell.tryRun("ip", "link", "del", BRIDGE);
        // Units that are killed leave their folders to the next one that starts; after the last of us there may be
        // none.
        Shell.tryRun(
                "sh",
                "-c",
                "for unit in /run/weft/run-*; do [ -d \"$unit\" ] && flock -n \"$unit\" rm -rf \"$unit\"; done");
    }
}
