package dev.weft.intercept;

import static dev.weft.intercept.Interception.ADMIN_PORT;
import static dev.weft.intercept.Interception.INBOUND_SOURCE;
import static dev.weft.intercept.Interception.INBOUND_SOURCE_V6;
import static dev.weft.intercept.Interception.OWN_PORTS;

import dev.weft.base.Cidr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The same rules as {@link NftablesRules} for {@code iptables-restore --noflush}, one address family at a time: for
 * machines that have no {@code nft}. Rules are written as {@code iptables-save} prints them. Pure.
 */
public final class IptablesRules {
    /** One rule that leads from a chain of the kernel to one of ours. */
    record Jump(String table, String from, String to) {
        String rule() {
            return from + " -p tcp -j " + to;
        }
    }

    /** Where our chains hang. */
    static final List<Jump> JUMPS = List.of(
            new Jump("nat", "OUTPUT", "WEFT_OUTBOUND"),
            new Jump("nat", "PREROUTING", "WEFT_INBOUND"),
            new Jump("filter", "OUTPUT", "WEFT_ADMIN"));

    private IptablesRules() {}

    /** Our chains, emptied and filled again; the jumps to them are not part of it. */
    public static String chains(Interception interception, boolean v6) {
        StringBuilder text = new StringBuilder();
        text.append("*nat\n:WEFT_OUTBOUND - [0:0]\n:WEFT_INBOUND - [0:0]\n");
        outbound(interception, v6)
                .forEach(rule -> text.append("-A WEFT_OUTBOUND ").append(rule).append('\n'));
        inbound(interception)
                .forEach(rule -> text.append("-A WEFT_INBOUND ").append(rule).append('\n'));
        text.append("COMMIT\n*filter\n:WEFT_ADMIN - [0:0]\n");
        admin(interception)
                .forEach(rule -> text.append("-A WEFT_ADMIN ").append(rule).append('\n'));
        return text.append("COMMIT\n").toString();
    }

    private static List<String> outbound(Interception it, boolean v6) {
        List<String> rules = new ArrayList<>();
        String proxy = "-m owner --uid-owner " + it.proxyUid();
        rules.add(
                "-s " + (v6 ? INBOUND_SOURCE_V6 + "/128" : INBOUND_SOURCE + "/32") + " -o lo " + proxy + " -j RETURN");
        rules.add("-p tcp -m addrtype --dst-type LOCAL " + ports(OWN_PORTS) + " -j RETURN");
        rules.add("-d " + (v6 ? "::1/128" : "127.0.0.0/8") + " -j RETURN");
        rules.add("-p tcp -m addrtype --dst-type LOCAL " + proxy + arriving(it) + " -j REDIRECT --to-ports "
                + it.inboundPort());
        SortedSet<Integer> users = new TreeSet<>(it.excludedUids());
        users.add(it.proxyUid());
        users.forEach(uid -> rules.add("-m owner --uid-owner " + uid + " -j RETURN"));
        if (!it.excludedOutboundPorts().isEmpty()) {
            rules.add("-p tcp " + ports(it.excludedOutboundPorts()) + " -j RETURN");
        }
        for (Cidr network : it.excludedOutboundCidrs()) {
            if (NftablesRules.isV6(network) == v6) {
                String[] parts = network.toString().split("/");
                rules.add("-d " + IpText.shortest(parts[0]) + "/" + parts[1] + " -j RETURN");
            }
        }
        String sender = switch (it.scope()) {
            case Scope.WholeNamespace() -> "";
            case Scope.User user -> " -m owner --uid-owner " + user.uid();
            case Scope.ControlGroup group -> " -m cgroup --path " + group.path();
        };
        rules.add("-p tcp" + sender + " -j REDIRECT --to-ports " + it.outboundPort());
        return rules;
    }

    private static List<String> inbound(Interception it) {
        SortedSet<Integer> direct = new TreeSet<>(it.excludedInboundPorts());
        direct.addAll(OWN_PORTS);
        return List.of(
                "-i lo -j RETURN",
                "-p tcp " + ports(direct) + " -j RETURN",
                "-p tcp" + arriving(it) + " -j REDIRECT --to-ports " + it.inboundPort());
    }

    private static String arriving(Interception it) {
        return switch (it.scope()) {
            case Scope.WholeNamespace() -> "";
            case Scope.User user -> " " + ports(user.inboundPorts());
            case Scope.ControlGroup group -> " " + ports(group.inboundPorts());
        };
    }

    private static List<String> admin(Interception it) {
        String port = "-p tcp -m addrtype --dst-type LOCAL -m tcp --dport " + ADMIN_PORT;
        return List.of(
                port + " -m owner --uid-owner 0 -j RETURN",
                port + " -m owner --uid-owner " + it.proxyUid() + " -j RETURN",
                port + " -j REJECT --reject-with tcp-reset");
    }

    /** A match on one or (at most 15, the kernel's limit) several ports. */
    private static String ports(Collection<Integer> ports) {
        if (ports.size() > 15) {
            throw new IllegalArgumentException(
                    "iptables matches at most 15 ports at a time; install nftables: " + ports);
        }
        String list = ports.stream().map(String::valueOf).collect(Collectors.joining(","));
        return ports.size() == 1 ? "-m tcp --dport " + list : "-m multiport --dports " + list;
    }
}
