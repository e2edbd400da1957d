package dev.weft.intercept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether the network namespace this process runs in belongs to a workload or to the machine. */
final class NetworkNamespace {
    /** The initial PID namespace has a fixed number (Linux, include/linux/proc_ns.h). */
    private static final String INITIAL_PIDS = "pid:[4026531836]";

    private NetworkNamespace() {}

    /**
     * Why this namespace is the host's own, or null when it is not. Two signs: an interface that is hardware (a
     * workload's is one end of a pair), and being the namespace of the machine's first process.
     */
    static @Nullable String hostsOwn() throws IOException {
        // Asked over netlink, which answers for this namespace; /sys shows the one it was mounted in.
        CommandLine.Result links = CommandLine.run("ip", "-d", "-o", "link", "show");
        for (String line : links.output().split("\n")) {
            if (line.contains("parentbus")) {
                String[] words = line.split("[ :]+");
                return "its interface " + (words.length > 1 ? words[1] : "?") + " is hardware";
            }
        }
        String own = read("/proc/self/ns/net");
        String first = read("/proc/1/ns/net");
        if (own != null && own.equals(first) && INITIAL_PIDS.equals(read("/proc/self/ns/pid"))) {
            return "it is that of the machine's first process";
        }
        return null;
    }

    private static @Nullable String read(String link) {
        try {
            return Files.readSymbolicLink(Path.of(link)).toString();
        } catch (IOException e) {
            return null;
        }
    }
}
