package dev.weft.intercept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Puts an {@link Interception} into the kernel, checks that it is there, takes it out again. Works on the network
 * namespace this process runs in and needs root there. The rules outlive every process: while a sidecar is away its
 * workload can neither be reached nor reach others past it.
 */
public final class Interceptor {
    /** Which tool writes the rules. */
    public enum Backend {
        NFTABLES,
        IPTABLES;

        /** nft where it is installed, else iptables over nftables; {@link IOException} when there is neither. */
        public static Backend installed() throws IOException {
            if (CommandLine.exists("nft")) {
                return NFTABLES;
            }
            if (CommandLine.exists("iptables-nft") || CommandLine.exists("iptables")) {
                return IPTABLES;
            }
            throw new IOException("neither nft nor iptables is installed; install nftables");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Says why a namespace is not touched. */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String why) {
            super(why);
        }
    }

    private final Backend backend;

    public Interceptor(Backend backend) {
        this.backend = backend;
    }

    /** Rule text for people and for tests. */
    public String text(Interception interception) {
        return switch (backend) {
            case NFTABLES -> NftablesRules.table(interception);
            case IPTABLES ->
                "# IPv4\n" + IptablesRules.chains(interception, false) + "# IPv6\n"
                        + IptablesRules.chains(interception, true);
        };
    }

    /**
     * Applies the rules, the route to services' addresses and the kernel setting that keeps queued connections alive
     * while a listener is replaced. Again and again gives the same result. Throws {@link RefusedException} in the
     * host's own namespace unless the scope is narrower than that.
     */
    public void apply(Interception interception) throws IOException {
        if (interception.scope() instanceof Scope.WholeNamespace) {
            String hostsOwn = NetworkNamespace.hostsOwn();
            if (hostsOwn != null) {
                throw new RefusedException("this is the host's own network namespace (" + hostsOwn
                        + "): redirecting everything would cut the machine off; give the workload its own namespace, or"
                        + " scope the rules by --scope-uid or --scope-cgroup");
            }
        }
        // The route and addresses first: once the rules stand, connections are expected to work.
        expect(CommandLine.run("ip", "route", "replace", Interception.SERVICE_ADDRESSES, "dev", "lo"));
        if (Files.isDirectory(Path.of("/proc/sys/net/ipv6"))) {
            // No harm without it: IPv6 calls then fail instead of passing the sidecar by.
            CommandLine.run("ip", "-6", "addr", "replace", Interception.INBOUND_SOURCE_V6 + "/128", "dev", "lo");
        }
        migrateQueuedConnections();
        switch (backend) {
            case NFTABLES -> expect(CommandLine.feed(NftablesRules.replacement(interception), "nft", "-f", "-"));
            case IPTABLES -> {
                for (boolean v6 : new boolean[] {false, true}) {
                    Iptables tool = Iptables.preferred(v6);
                    expect(CommandLine.feed(IptablesRules.chains(interception, v6), tool.restore(), "--noflush", "-w"));
                    for (IptablesRules.Jump jump : IptablesRules.JUMPS) {
                        if (!tool.run("-C", jump).ok()) {
                            expect(tool.run("-A", jump));
                        }
                    }
                }
            }
        }
        // Only now, so that nothing passes in between.
        for (Iptables other : otherIptables()) {
            other.remove();
        }
        if (backend != Backend.NFTABLES) {
            removeTable();
        }
    }

    /**
     * Whether rules of Weft are in this network namespace, whatever they say and whichever tool made them. False where that
     * may not be seen.
     */
    public static boolean isApplied() throws IOException {
        if (hasTable()) {
            return true;
        }
        for (Iptables tool : Iptables.all()) {
            if (tool.holdsRules()) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasTable() throws IOException {
        return CommandLine.exists("nft")
                && CommandLine.run("nft", "list", "table", "inet", "weft").ok();
    }

    private static void removeTable() throws IOException {
        if (CommandLine.exists("nft")) {
            expect(CommandLine.feed(
                    "table " + NftablesRules.TABLE + "\ndelete table " + NftablesRules.TABLE + "\n", "nft", "-f", "-"));
        }
    }

    /** Those this backend does not write rules with. */
    private List<Iptables> otherIptables() throws IOException {
        List<Iptables> others = new ArrayList<>(Iptables.all());
        if (backend == Backend.IPTABLES) {
            others.removeAll(List.of(Iptables.preferred(false), Iptables.preferred(true)));
        }
        return others;
    }

    /** What differs from the rules as they should be; empty when all is in place. */
    public List<String> verify(Interception interception) throws IOException {
        List<String> problems = new ArrayList<>();
        if (CommandLine.run("ip", "route", "show", Interception.SERVICE_ADDRESSES)
                .output()
                .isBlank()) {
            problems.add("no route for " + Interception.SERVICE_ADDRESSES);
        }
        switch (backend) {
            case NFTABLES -> {
                CommandLine.Result listed = CommandLine.run("nft", "list", "table", "inet", "weft");
                if (!listed.ok()) {
                    problems.add("table " + NftablesRules.TABLE + " is missing");
                } else {
                    difference(problems, canonical(NftablesRules.table(interception)), canonical(listed.output()));
                }
            }
            case IPTABLES -> {
                for (boolean v6 : new boolean[] {false, true}) {
                    Iptables tool = Iptables.preferred(v6);
                    String saved = expect(CommandLine.run(tool.save()));
                    difference(problems, ours(IptablesRules.chains(interception, v6)), ours(saved));
                    for (IptablesRules.Jump jump : IptablesRules.JUMPS) {
                        if (!tool.run("-C", jump).ok()) {
                            problems.add("missing: -A " + jump.rule());
                        }
                    }
                }
                if (hasTable()) {
                    problems.add("unknown: table " + NftablesRules.TABLE + ", made by nft");
                }
            }
        }
        for (Iptables other : otherIptables()) {
            if (other.holdsRules()) {
                problems.add("unknown: chains made by " + other.command());
            }
        }
        return problems;
    }

    /**
     * Removes rules and route. Nothing there is no error. Rules of all tools: those found today need not be those of {@link
     * #apply}'s day.
     */
    public static void undo() throws IOException {
        removeTable();
        for (Iptables tool : Iptables.all()) {
            tool.remove();
        }
        CommandLine.run("ip", "route", "del", Interception.SERVICE_ADDRESSES, "dev", "lo");
        CommandLine.run("ip", "-6", "addr", "del", Interception.INBOUND_SOURCE_V6 + "/128", "dev", "lo");
    }

    /** Without it, closing one of several sockets that share a port resets the connections queued on it. */
    private static void migrateQueuedConnections() throws IOException {
        Path setting = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
        if (Files.isWritable(setting)) {
            Files.writeString(setting, "1\n");
        }
    }

    private static String expect(CommandLine.Result result) throws IOException {
        if (!result.ok()) {
            throw new IOException(result.output().strip());
        }
        return result.output();
    }

    /** Lines without indent; priorities by number, because versions of nft print them differently. */
    private static List<String> canonical(String table) {
        return table.lines()
                .map(String::strip)
                .map(line ->
                        line.replace("priority dstnat;", "priority -100;").replace("priority filter;", "priority 0;"))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static List<String> ours(String saved) {
        return saved.lines()
                .filter(line -> line.startsWith("-A WEFT_"))
                // Chains come in any order, the rules of a chain in theirs (the sort is stable).
                .sorted(Comparator.comparing((String line) -> line.split(" ")[1]))
                // The match on the protocol is printed or not, and elsewhere, depending on the version.
                .map(line -> Arrays.stream(line.replace(" -m tcp", "").split(" (?=-)"))
                        .sorted()
                        .collect(Collectors.joining(" ")))
                .toList();
    }

    private static void difference(List<String> problems, List<String> wanted, List<String> found) {
        wanted.stream().filter(line -> !found.contains(line)).forEach(line -> problems.add("missing: " + line));
        found.stream().filter(line -> !wanted.contains(line)).forEach(line -> problems.add("unknown: " + line));
        if (problems.isEmpty() && !wanted.equals(found)) {
            problems.add("the rules stand in another order");
        }
    }
}
