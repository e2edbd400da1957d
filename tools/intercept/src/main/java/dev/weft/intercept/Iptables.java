package dev.weft.intercept;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One of the machine's iptables commands. There may be several for a family, over nftables and legacy, which do not see each
 * other's rules.
 *
 * @param command without a folder, e.g. {@code ip6tables-nft}
 */
record Iptables(String command) {
    private static final List<String> FAMILIES = List.of("iptables", "ip6tables");

    /** The one rules are written with: over nftables where that has a name of its own. */
    static Iptables preferred(boolean v6) {
        String family = FAMILIES.get(v6 ? 1 : 0);
        return new Iptables(CommandLine.exists(family + "-nft") ? family + "-nft" : family);
    }

    /** All there are, of both families; names of the same program only once. */
    static List<Iptables> all() throws IOException {
        List<Iptables> all = new ArrayList<>();
        for (String family : FAMILIES) {
            Set<Path> programs = new HashSet<>();
            for (String name : List.of(family + "-nft", family, family + "-legacy")) {
                Path program = CommandLine.find(name);
                if (program != null && programs.add(program.toRealPath())) {
                    all.add(new Iptables(name));
                }
            }
        }
        return all;
    }

    /** Whether chains of ours are in this network namespace. Asks for nothing that would make the kernel add tables. */
    boolean holdsRules() throws IOException {
        return CommandLine.run(save()).output().lines().anyMatch(line -> line.startsWith(":WEFT_"));
    }

    String save() {
        return command + "-save";
    }

    String restore() {
        return command + "-restore";
    }

    CommandLine.Result run(String action, IptablesRules.Jump jump) throws IOException {
        return CommandLine.run(command, "-w", "-t", jump.table(), action, jump.from(), "-p", "tcp", "-j", jump.to());
    }

    /** Takes chains and jumps out; nothing there is no error. */
    void remove() throws IOException {
        if (!holdsRules()) {
            return;
        }
        for (IptablesRules.Jump jump : IptablesRules.JUMPS) {
            while (run("-D", jump).ok()) {
                // one for every time it was added
            }
            CommandLine.run(command, "-w", "-t", jump.table(), "-F", jump.to());
            CommandLine.run(command, "-w", "-t", jump.table(), "-X", jump.to());
        }
        if (holdsRules()) {
            throw new IOException(command + " cannot remove its rules");
        }
    }
}
