package dev.weft.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Explicit mode: every workload has a loopback address of its own; nothing of the machine is changed. */
final class LoopbackPlace implements Place {
    private final String prefix = "127.77." + ThreadLocalRandom.current().nextInt(1, 255) + ".";
    private int last = 1;

    @Override
    public String description() {
        return "explicit mode: every service at its own loopback address " + prefix
                + "x, calls go through http_proxy (as root each would have its own network namespace)";
    }

    @Override
    public String controlPlaneAddress() {
        return "127.0.0.1";
    }

    @Override
    public synchronized String add(String workload) throws IOException {
        while (++last < 255) {
            String address = prefix + last;
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getByName(address), 15021));
                return address;
            } catch (java.net.BindException e) {
                // somebody's; the next one
            }
        }
        throw new IOException("no free address in " + prefix + "0/24");
    }

    @Override
    public List<String> enter(String workload) {
        return List.of();
    }

    @Override
    public List<String> runOptions(String address) {
        return List.of("--explicit", "--address", address);
    }

    @Override
    public int inboundPort() {
        return 18080;
    }

    @Override
    public String wire(String workload) {
        return "";
    }

    @Override
    public void remove(String workload) {}

    @Override
    public void close() {}
}
