package dev.weft.xdsmodel;

import java.util.List;

/**
 * {@code envoy.config.route.v3.RouteConfiguration}.
 *
 * @param mostSpecificHeaderMutationsWins order of header mutations; default false: route first, then virtual host, then here
 * @param ignorePortInHostMatching match domains against the authority without its port; default false
 */
public record RouteConfiguration(
        String name,
        List<VirtualHost> virtualHosts,
        HeaderMutations headers,
        boolean mostSpecificHeaderMutationsWins,
        boolean ignorePortInHostMatching,
        boolean ignorePathParametersInPathMatching,
        Metadata metadata) {
    public RouteConfiguration {
        virtualHosts = List.copyOf(virtualHosts);
    }

    /** Envoy's defaults. */
    public static RouteConfiguration of(String name, VirtualHost... virtualHosts) {
        return new RouteConfiguration(
                name, List.of(virtualHosts), HeaderMutations.NONE, false, false, false, Metadata.NONE);
    }
}
