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
 * An {@link Interception} as an nftables table, {@code inet weft}, for IPv4 and IPv6. The text is written as {@code nft
 * list table} prints it, so that verifying is comparing. Pure.
 *
 * <p>The order of the outbound rules is their meaning; first match wins:
 *
 * <ol>
 *   <li>The sidecar's inbound side dials its application from its own source address: let through, or it would meet
 *       itself.
 *   <li>The sidecar's own ports are reached directly, loopback too.
 *   <li>The sidecar's outbound side dialling the workload's own address (a service that calls itself and is given this
 *       instance) arrives at the inbound side like any other call.
 *   <li>The sidecar and excluded users, ports and networks are let through.
 *   <li>All other TCP, calls to the workload's own address included, goes to the outbound side.
 * </ol>
 */
public final class NftablesRules {
    /** Family and name of the table. */
    public static final String TABLE = "inet weft";

    private NftablesRules() {}

    /** What {@code nft -f} takes: replaces the table, whether it is there or not, in one transaction. */
    public static String replacement(Interception interception) {
        return "table " + TABLE + "\ndelete table " + TABLE + "\n" + table(interception);
    }

    /** The table as {@code nft list table inet weft} prints it. */
    public static String table(Interception interception) {
        StringBuilder text = new StringBuilder("table " + TABLE + " {\n");
        chain(text, "outbound", "nat hook output priority -100", outbound(interception));
        text.append('\n');
        chain(text, "inbound", "nat hook prerouting priority dstnat", inbound(interception));
        text.append('\n');
        chain(text, "admin", "filter hook output priority filter", admin(interception));
        return text.append("}\n").toString();
    }

    private static void chain(StringBuilder text, String name, String hook, List<String> rules) {
        text.append("\tchain ").append(name).append(" {\n");
        text.append("\t\ttype ").append(hook).append("; policy accept;\n");
        rules.forEach(rule -> text.append("\t\t").append(rule).append('\n'));
        text.append("\t}\n");
    }

    private static List<String> outbound(Interception it) {
        List<String> rules = new ArrayList<>();
        String proxy = "meta skuid " + it.proxyUid();
        rules.add("oifname \"lo\" " + proxy + " ip saddr " + INBOUND_SOURCE + " return");
        rules.add("oifname \"lo\" " + proxy + " ip6 saddr " + INBOUND_SOURCE_V6 + " return");
        rules.add("fib daddr type local tcp dport " + set(OWN_PORTS) + " return");
        rules.add("ip daddr 127.0.0.0/8 return");
        rules.add("ip6 daddr ::1 return");
        rules.add(proxy + " fib daddr type local " + arriving(it) + " redirect to :" + it.inboundPort());
        SortedSet<Integer> users = new TreeSet<>(it.excludedUids());
        users.add(it.proxyUid());
        rules.add("meta skuid " + set(users) + " return");
        if (!it.excludedOutboundPorts().isEmpty()) {
            rules.add("tcp dport " + set(it.excludedOutboundPorts()) + " return");
        }
        for (Cidr network : it.excludedOutboundCidrs()) {
            rules.add(family(network) + " daddr " + text(network) + " return");
        }
        String sender = switch (it.scope()) {
            case Scope.WholeNamespace() -> "";
            case Scope.User user -> "meta skuid " + user.uid() + " ";
            case Scope.ControlGroup group ->
                "socket cgroupv2 level " + group.path().split("/").length + " \"" + group.path() + "\" ";
        };
        rules.add(sender + "meta l4proto tcp redirect to :" + it.outboundPort());
        return rules;
    }

    private static List<String> inbound(Interception it) {
        SortedSet<Integer> direct = new TreeSet<>(it.excludedInboundPorts());
        direct.addAll(OWN_PORTS);
        return List.of(
                "iifname \"lo\" return",
                "tcp dport " + set(direct) + " return",
                arriving(it) + " redirect to :" + it.inboundPort());
    }

    /** What belongs to the inbound side. */
    private static String arriving(Interception it) {
        return switch (it.scope()) {
            case Scope.WholeNamespace() -> "meta l4proto tcp";
            case Scope.User user -> "tcp dport " + set(user.inboundPorts());
            case Scope.ControlGroup group -> "tcp dport " + set(group.inboundPorts());
        };
    }

    private static List<String> admin(Interception it) {
        return List.of("fib daddr type local tcp dport " + ADMIN_PORT + " meta skuid != "
                + set(new TreeSet<>(List.of(0, it.proxyUid()))) + " reject with tcp reset");
    }

    private static String set(Collection<Integer> numbers) {
        return numbers.size() == 1
                ? numbers.iterator().next().toString()
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(", ", "{ ", " }"));
    }

    private static String family(Cidr network) {
        return isV6(network) ? "ip6" : "ip";
    }

    static boolean isV6(Cidr network) {
        return network.toString().indexOf(':') >= 0;
    }

    /** As nft prints it: shortest form of IPv6, no prefix length for a lone address. */
    private static String text(Cidr network) {
        String[] parts = network.toString().split("/");
        boolean lone = network.bits() == (isV6(network) ? 128 : 32);
        return IpText.shortest(parts[0]) + (lone ? "" : "/" + parts[1]);
    }
}
