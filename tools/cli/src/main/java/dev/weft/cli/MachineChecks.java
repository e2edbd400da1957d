package dev.weft.cli;

import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code weft check} looks at on the machine itself. */
final class MachineChecks {
    private static final List<String> FOLDERS = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/bin");
    private static final List<Integer> SIDECAR_PORTS = List.of(15000, 15001, 15006, 15020, 15021);

    private MachineChecks() {}

    static List<Finding> all() {
        boolean root = "root".equals(System.getProperty("user.name"));
        List<Finding> findings = new ArrayList<>();
        int major = Runtime.version().feature();
        findings.add(new Finding(
                "JDK",
                major >= 25 ? Grade.OK : Grade.FAIL,
                Runtime.version() + " in " + System.getProperty("java.home"),
                "Weft needs 25 or newer; set JAVA_HOME."));
        findings.add(new Finding(
                "privileges",
                root ? Grade.OK : Grade.NOTE,
                root ? "root" : "user " + System.getProperty("user.name"),
                "Without root 'weft run' uses the explicit mode: applications reach the mesh through http_proxy."));
        findings.add(redirection(root));
        findings.add(tools(root));
        findings.add(ports());
        return findings;
    }

    private static Finding redirection(boolean root) {
        boolean nft = exists("nft");
        boolean iptables = exists("iptables-nft") || exists("iptables");
        Grade grade = nft || iptables ? Grade.OK : root ? Grade.FAIL : Grade.NOTE;
        return new Finding(
                "redirection",
                grade,
                nft ? "nft" : iptables ? "iptables (nft would be better)" : "neither nft nor iptables",
                "Install nftables.");
    }

    private static Finding tools(boolean root) {
        List<String> missing = new ArrayList<>();
        for (String tool : root ? List.of("ip", "setpriv", "unshare", "flock") : List.of("setpriv", "flock")) {
            if (!exists(tool)) {
                missing.add(tool);
            }
        }
        return new Finding(
                "tools of 'weft run'",
                missing.isEmpty() ? Grade.OK : Grade.FAIL,
                missing.isEmpty() ? "all there" : "missing: " + String.join(", ", missing),
                "Install util-linux and iproute2.");
    }

    private static Finding ports() {
        List<Integer> taken = new ArrayList<>();
        for (int port : SIDECAR_PORTS) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(port));
            } catch (IOException e) {
                taken.add(port);
            }
        }
        return new Finding(
                "ports of a sidecar",
                taken.isEmpty() ? Grade.OK : Grade.NOTE,
                taken.isEmpty() ? "free: " + SIDECAR_PORTS : "taken: " + taken,
                "Fine if that is a sidecar; each needs a network namespace, or an address in explicit mode, of its own.");
    }

    private static boolean exists(String tool) {
        return FOLDERS.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
