package dev.weft.xdsmodel;

import dev.weft.base.Address;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.listener.v3.Listener}: an address and the filter chains that serve its connections.
 *
 * @param defaultFilterChain serves connections no chain matches; null = they are closed
 * @param listenerFiltersTimeout how long the listener filters may wait for bytes; zero = for ever; Envoy's default 15 s
 * @param continueOnListenerFiltersTimeout whether a connection lives on after that time-out with what was learnt; default
 *     false
 * @param useOriginalDst hand a redirected connection to the listener of its original destination; default false
 * @param bindToPort false = never bound, only reached by {@code useOriginalDst}; default true
 * @param perConnectionBufferLimitBytes null = the proxy's own limit
 * @param tcpBacklogSize null = the kernel's limit
 * @param statPrefix empty = the address
 */
public record Listener(
        String name,
        Address address,
        List<FilterChain> filterChains,
        @Nullable FilterChain defaultFilterChain,
        List<ListenerFilter> listenerFilters,
        Duration listenerFiltersTimeout,
        boolean continueOnListenerFiltersTimeout,
        boolean useOriginalDst,
        boolean bindToPort,
        TrafficDirection trafficDirection,
        @Nullable Integer perConnectionBufferLimitBytes,
        @Nullable Integer tcpBacklogSize,
        String statPrefix,
        List<AccessLog> accessLogs,
        Metadata metadata) {
    /** Envoy's default of {@code listener_filters_timeout}. */
    public static final Duration DEFAULT_LISTENER_FILTERS_TIMEOUT = Duration.ofSeconds(15);

    public Listener {
        filterChains = List.copyOf(filterChains);
        listenerFilters = List.copyOf(listenerFilters);
        accessLogs = List.copyOf(accessLogs);
    }

    /** A bound listener with Envoy's defaults. */
    public static Listener of(String name, Address address, FilterChain... filterChains) {
        return new Listener(
                name,
                address,
                List.of(filterChains),
                null,
                List.of(),
                DEFAULT_LISTENER_FILTERS_TIMEOUT,
                false,
                false,
                true,
                TrafficDirection.UNSPECIFIED,
                null,
                null,
                "",
                List.of(),
                Metadata.NONE);
    }
}
