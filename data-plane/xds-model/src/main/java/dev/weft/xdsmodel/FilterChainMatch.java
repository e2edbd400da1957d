package dev.weft.xdsmodel;

import dev.weft.base.Cidr;
import java.util.List;

/**
 * {@code envoy.config.listener.v3.FilterChainMatch}. Envoy's order decides, most specific first: destination port,
 * destination address, server name, transport protocol, application protocols, directly connected source address, source
 * type, source address, source port. Each criterion narrows to its most specific matching value and never looks back.
 *
 * @param destinationPort 0 = any
 * @param prefixRanges destination networks; empty = any
 * @param serverNames SNI, lower case, exact or {@code *.example.com}; empty = any
 * @param transportProtocol {@code tls}, {@code raw_buffer} or empty = any
 * @param applicationProtocols ALPN or detected protocols; empty = any
 */
public record FilterChainMatch(
        int destinationPort,
        List<Cidr> prefixRanges,
        List<String> serverNames,
        String transportProtocol,
        List<String> applicationProtocols,
        List<Cidr> directSourcePrefixRanges,
        SourceType sourceType,
        List<Cidr> sourcePrefixRanges,
        List<Integer> sourcePorts) {
    /** Where connections come from. */
    public enum SourceType {
        ANY,
        SAME_IP_OR_LOOPBACK,
        EXTERNAL
    }

    /** Matches every connection. */
    public static final FilterChainMatch ANY = new FilterChainMatch(
            0, List.of(), List.of(), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());

    public FilterChainMatch {
        prefixRanges = List.copyOf(prefixRanges);
        serverNames = List.copyOf(serverNames);
        applicationProtocols = List.copyOf(applicationProtocols);
        directSourcePrefixRanges = List.copyOf(directSourcePrefixRanges);
        sourcePrefixRanges = List.copyOf(sourcePrefixRanges);
        sourcePorts = List.copyOf(sourcePorts);
    }

    public FilterChainMatch withDestinationPort(int port) {
        return new FilterChainMatch(
                port,
                prefixRanges,
                serverNames,
                transportProtocol,
                applicationProtocols,
                directSourcePrefixRanges,
                sourceType,
                sourcePrefixRanges,
                sourcePorts);
    }

    public FilterChainMatch withTransportProtocol(String protocol) {
        return new FilterChainMatch(
                destinationPort,
                prefixRanges,
                serverNames,
                protocol,
                applicationProtocols,
                directSourcePrefixRanges,
                sourceType,
                sourcePrefixRanges,
                sourcePorts);
    }

    public FilterChainMatch withApplicationProtocols(String... protocols) {
        return new FilterChainMatch(
                destinationPort,
                prefixRanges,
                serverNames,
                transportProtocol,
                List.of(protocols),
                directSourcePrefixRanges,
                sourceType,
                sourcePrefixRanges,
                sourcePorts);
    }
}
