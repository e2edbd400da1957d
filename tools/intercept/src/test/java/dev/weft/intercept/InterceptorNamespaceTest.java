package dev.weft.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules at work in real network namespaces: a workload's (10.77.9.1) and a peer's (10.77.9.2). Processes that tell
 * which port they were reached on stand for sidecar, application and peer.
 */
@Tag("netns")
final class InterceptorNamespaceTest {
    private static final long ID = ProcessHandle.current().pid();
    private static final String WORKLOAD = "weft-i" + ID + "w";
    private static final String PEER = "weft-i" + ID + "p";
    private static final String APPLICATION = "1000";
    private static final String SIDECAR = "1337";

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void namespaces() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "network namespaces need root");
        run("ip", "netns", "add", WORKLOAD);
        run("ip", "netns", "add", PEER);
        run("ip", "-n", WORKLOAD, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", PEER);
        for (String[] side : new String[][] {{WORKLOAD, "10.77.9.1/24"}, {PEER, "10.77.9.2/24"}}) {
            run("ip", "-n", side[0], "addr", "add", side[1], "dev", "eth0");
            run("ip", "-n", side[0], "link", "set", "eth0", "up");
            run("ip", "-n", side[0], "link", "set", "lo", "up");
        }
    }

    @AfterEach
    void cleanUp() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
        CommandLine.run("ip", "netns", "del", WORKLOAD);
        CommandLine.run("ip", "netns", "del", PEER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void redirectsWhatItShould(String backend) throws Exception {
        assumeTrue(CommandLine.exists(backend.equals("nftables") ? "nft" : "iptables-nft"), backend + " is installed");
        listen(WORKLOAD, "8080", "22", "15000", "15020", "15021");
        listen(PEER, "9999", "3306");
        Process sidecar = listen(WORKLOAD, "15001", "15006");
        assertThat(intercept("apply", backend, "--exclude-outbound-port", "3306"))
                .isEqualTo(0);
        assertThat(intercept("apply", backend, "--exclude-outbound-port", "3306"))
                .as("a second time")
                .isEqualTo(0);
        assertThat(intercept("verify", backend, "--exclude-outbound-port", "3306"))
                .isEqualTo(0);
        assertThat(intercept("verify", backend)).as("other rules than these").isEqualTo(1);

        // outbound
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 9999)).isEqualTo("15001 10.77.9.2:9999");
        assertThat(connect(WORKLOAD, "0", "10.77.9.2", 9999)).as("root, too").isEqualTo("15001 10.77.9.2:9999");
        assertThat(connect(WORKLOAD, APPLICATION, "240.240.0.7", 80))
                .as("a service's address")
                .isEqualTo("15001 240.240.0.7:80");
        assertThat(connect(WORKLOAD, SIDECAR, "10.77.9.2", 9999))
                .as("the sidecar's own calls")
                .startsWith("9999");
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 3306))
                .as("an excluded port")
                .startsWith("3306");
        assertThat(connect(WORKLOAD, APPLICATION, "127.0.0.1", 8080))
                .as("loopback")
                .startsWith("8080");

        // inbound
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 8080)).isEqualTo("15006 10.77.9.1:8080");
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 7777))
                .as("no application there")
                .isEqualTo("15006 10.77.9.1:7777");
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 22)).as("ssh").startsWith("22");
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 15021))
                .as("readiness")
                .startsWith("15021");

        // the workload's own address
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.1", 8080))
                .as("own address, by the application")
                .isEqualTo("15001 10.77.9.1:8080");
        assertThat(connect(WORKLOAD, SIDECAR, "10.77.9.1", 8080))
                .as("own address, by the sidecar's outbound side")
                .isEqualTo("15006 10.77.9.1:8080");
        assertThat(connectFrom("127.0.0.6", "10.77.9.1", 8080))
                .as("the sidecar's inbound side to its application")
                .startsWith("8080");

        // admin
        assertThat(connect(WORKLOAD, APPLICATION, "127.0.0.1", 15000)).isEqualTo("refused");
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.1", 15000)).isEqualTo("refused");
        assertThat(connect(WORKLOAD, "0", "127.0.0.1", 15000)).startsWith("15000");
        assertThat(connect(WORKLOAD, SIDECAR, "127.0.0.1", 15000)).startsWith("15000");

        // The sidecar dies: nothing passes it by.
        sidecar.destroyForcibly().waitFor();
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 9999)).isEqualTo("refused");
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 8080)).isEqualTo("refused");
        assertThat(intercept("verify", backend, "--exclude-outbound-port", "3306"))
                .isEqualTo(0);

        assertThat(intercept("undo", backend)).isEqualTo(0);
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 9999)).startsWith("9999");
        assertThat(connect(PEER, APPLICATION, "10.77.9.1", 8080)).startsWith("8080");
        assertThat(intercept("undo", backend)).as("a second time").isEqualTo(0);
    }

    /** nft may come or go between {@code apply} and {@code undo}. */
    @Test
    void undoRemovesWhatAnyToolMade() throws Exception {
        listen(WORKLOAD, "15001", "15006");
        listen(PEER, "9999");
        assertThat(intercept("apply", "iptables")).isZero();
        feed(NftablesRules.replacement(Interception.sidecar()), "nft", "-f", "-");
        feed(IptablesRules.chains(Interception.sidecar(), false), "iptables-legacy-restore", "--noflush");
        for (String backend : List.of("nftables", "iptables")) {
            assertThat(intercept("verify", backend)).as("the other's, too").isEqualTo(1);
        }
        assertThat(intercept("undo", "nftables")).isZero();
        assertThat(rules()).isEmpty();
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 9999)).startsWith("9999");
    }

    @Test
    void applyTakesTheOthersPlace() throws Exception {
        for (String backend : List.of("iptables", "nftables", "iptables")) {
            assertThat(intercept("apply", backend)).isZero();
            assertThat(rules()).isNotEmpty().allMatch(line -> line.startsWith(":") == backend.equals("iptables"));
        }
    }

    private static void feed(String input, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", WORKLOAD));
        line.addAll(List.of(command));
        CommandLine.Result result = CommandLine.feed(input, line.toArray(String[]::new));
        assertThat(result.status()).as(result.output()).isZero();
    }

    /** Heads of our table and chains in the workload's namespace. */
    private static List<String> rules() throws IOException {
        String script = "nft list tables; iptables-nft-save; ip6tables-nft-save; iptables-legacy-save";
        return CommandLine.run("ip", "netns", "exec", WORKLOAD, "sh", "-c", script)
                .output()
                .lines()
                .filter(line -> line.startsWith(":WEFT_") || line.equals("table inet weft"))
                .toList();
    }

    @Test
    void aScopeLeavesOtherUsersAlone() throws Exception {
        listen(WORKLOAD, "8080", "7777", "15001", "15006");
        listen(PEER, "9999");
        assertThat(intercept("apply", "nftables", "--scope-uid", APPLICATION, "--port", "8080"))
                .isEqualTo(0);
        assertThat(connect(WORKLOAD, APPLICATION, "10.77.9.2", 9999)).isEqualTo("15001 10.77.9.2:9999");
        assertThat(connect(WORKLOAD, "2000", "10.77.9.2", 9999)).startsWith("9999");
        assertThat(connect(PEER, "0", "10.77.9.1", 8080)).isEqualTo("15006 10.77.9.1:8080");
        assertThat(connect(PEER, "0", "10.77.9.1", 7777)).startsWith("7777");
    }

    private static String connect(String namespace, String uid, String host, int port) throws IOException {
        String script = "exec 3<>/dev/tcp/" + host + "/" + port + " && timeout 5 cat <&3";
        CommandLine.Result result = CommandLine.run(
                "ip", "netns", "exec", namespace, "setpriv", "--reuid", uid, "--clear-groups", "bash", "-c", script);
        return answer(result);
    }

    /** By the sidecar's user, from a given address. */
    private static String connectFrom(String source, String host, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", WORKLOAD));
        command.addAll(List.of("setpriv", "--reuid", SIDECAR, "--clear-groups"));
        command.addAll(java(ConnectFrom.class.getName(), source, host, String.valueOf(port)));
        return answer(CommandLine.run(command.toArray(String[]::new)));
    }

    private static String answer(CommandLine.Result result) {
        if (result.ok()) {
            return result.output().strip();
        }
        return result.output().contains("refused") ? "refused" : result.output();
    }

    private static int intercept(String command, String backend, String... options) throws IOException {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", WORKLOAD));
        line.addAll(java(Main.class.getName(), command, "--backend", backend));
        line.addAll(List.of(options));
        CommandLine.Result result = CommandLine.run(line.toArray(String[]::new));
        System.out.print(result.output());
        return result.status();
    }

    private Process listen(String namespace, String... ports) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(java(EchoOriginalDestination.class.getName(), ports));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        BufferedReader reader = process.inputReader();
        assertThat(reader.readLine()).isEqualTo("listening");
        return process;
    }

    private static List<String> java(String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(String... command) throws IOException {
        CommandLine.Result result = CommandLine.run(command);
        assertThat(result.status()).as(result.output()).isZero();
    }
}
