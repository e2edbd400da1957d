package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;

/**
 * {@code envoy.config.listener.v3.FilterChain}: how the connections that match are served.
 *
 * @param name empty when the configuration gives none
 * @param filters in order; the last one ends the connection (HTTP connection manager or TCP proxy)
 * @param transportSocketConnectTimeout deadline of the TLS handshake; zero = Weft's own (Envoy: none)
 */
public record FilterChain(
        String name,
        FilterChainMatch match,
        List<NetworkFilter> filters,
        TransportSocket transportSocket,
        Duration transportSocketConnectTimeout,
        Metadata metadata) {
    public FilterChain {
        filters = List.copyOf(filters);
    }

    /** A plaintext chain that matches everything. */
    public static FilterChain of(NetworkFilter... filters) {
        return of(FilterChainMatch.ANY, new TransportSocket.Plaintext(), filters);
    }

    public static FilterChain of(FilterChainMatch match, TransportSocket transportSocket, NetworkFilter... filters) {
        return new FilterChain("", match, List.of(filters), transportSocket, Duration.ZERO, Metadata.NONE);
    }
}
