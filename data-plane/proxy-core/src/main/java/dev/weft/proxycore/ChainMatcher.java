package dev.weft.proxycore;

import dev.weft.base.Cidr;
import dev.weft.xdsmodel.FilterChainMatch;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a filter chain as Envoy does (FilterChainMatch): criterion after criterion, most specific value first, and
 * never back: once the chains for the destination port are chosen, those without a port are out of the game.
 *
 * <p>Lists are short (a chain per application port), so narrowing a list is faster than Envoy's nested tries and can be
 * read beside the documentation.
 */
final class ChainMatcher<C> {
    private record Candidate<C>(FilterChainMatch match, C chain) {}

    private final List<Candidate<C>> candidates = new ArrayList<>();

    void add(FilterChainMatch match, C chain) {
        candidates.add(new Candidate<>(match, chain));
    }

    /** The chain for a connection, or null when none matches. */
    @Nullable
    C find(ConnectionInfo connection) {
        List<Candidate<C>> left = candidates;
        int port = connection.destination.getPort();
        byte[] destination = connection.destination.getAddress().getAddress();
        byte[] source = connection.remote.getAddress().getAddress();
        String name = connection.serverName.toLowerCase(Locale.ROOT);
        left = best(left, m -> m.destinationPort() == 0 ? 0 : m.destinationPort() == port ? 1 : -1);
        left = best(left, m -> prefix(m.prefixRanges(), destination));
        left = best(left, m -> serverName(m.serverNames(), name));
        left = best(left, m -> text(m.transportProtocol(), connection.transportProtocol));
        left = best(left, m -> protocols(m.applicationProtocols(), connection.applicationProtocols));
        left = best(left, m -> prefix(m.directSourcePrefixRanges(), source));
        left = best(left, m -> sourceType(m.sourceType(), connection));
        left = best(left, m -> prefix(m.sourcePrefixRanges(), source));
        left = best(left, m -> sourcePort(m.sourcePorts(), connection.remote.getPort()));
        return left.isEmpty() ? null : left.get(0).chain();
    }

    /** Those with the highest score; a negative score does not match. */
    private static <C> List<Candidate<C>> best(List<Candidate<C>> from, ToIntFunction<FilterChainMatch> score) {
        int highest = -1;
        for (Candidate<C> candidate : from) {
            highest = Math.max(highest, score.applyAsInt(candidate.match()));
        }
        if (highest < 0) {
            return List.of();
        }
        List<Candidate<C>> left = new ArrayList<>(from.size());
        for (Candidate<C> candidate : from) {
            if (score.applyAsInt(candidate.match()) == highest) {
                left.add(candidate);
            }
        }
        return left;
    }

    private static int prefix(List<Cidr> ranges, byte[] address) {
        if (ranges.isEmpty()) {
            return 0;
        }
        int longest = -1;
        for (Cidr range : ranges) {
            if (range.contains(address)) {
                longest = Math.max(longest, range.bits() + 1); // 0.0.0.0/0 is more than nothing
            }
        }
        return longest;
    }

    private static int serverName(List<String> names, String name) {
        if (names.isEmpty()) {
            return 0;
        }
        int longest = -1;
        for (String wanted : names) {
            if (wanted.equals(name)) {
                return Integer.MAX_VALUE;
            }
            if (wanted.startsWith("*.") && name.length() > wanted.length() - 1 && name.endsWith(wanted.substring(1))) {
                longest = Math.max(longest, wanted.length());
            }
        }
        return longest;
    }

    private static int text(String wanted, String is) {
        return wanted.isEmpty() ? 0 : wanted.equals(is) ? 1 : -1;
    }

    /** The client's order of preference decides, as in Envoy. */
    private static int protocols(List<String> wanted, List<String> offered) {
        if (wanted.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < offered.size(); i++) {
            if (wanted.contains(offered.get(i))) {
                return Integer.MAX_VALUE - i;
            }
        }
        return -1;
    }

    private static int sourceType(FilterChainMatch.SourceType type, ConnectionInfo connection) {
        if (type == FilterChainMatch.SourceType.ANY) {
            return 0;
        }
        InetAddress remote = connection.remote.getAddress();
        boolean local = remote.isLoopbackAddress() || remote.equals(connection.destination.getAddress());
        return local == (type == FilterChainMatch.SourceType.SAME_IP_OR_LOOPBACK) ? 1 : -1;
    }

    private static int sourcePort(List<Integer> ports, int port) {
        return ports.isEmpty() ? 0 : ports.contains(port) ? 1 : -1;
    }
}
