package dev.weft.xdsmodel;

import java.util.List;
import java.util.Map;

/**
 * {@code envoy.config.route.v3.RouteConfiguration}.
 *
 * @param mostSpecificHeaderMutationsWins order of header mutations; default false: route first, then virtual host, then here
 * @param ignorePortInHostMatching match domains against the authority without its port; default false
 * @param filters {@code typed_per_filter_config}: by the name of the filter
 */
public record RouteConfiguration(
        String name,
        List<VirtualHost> virtualHosts,
        HeaderMutations headers,
        boolean mostSpecificHeaderMutationsWins,
        boolean ignorePortInHostMatching,
        boolean ignorePathParametersInPathMatching,
        Metadata metadata,
        Map<String, HttpFilterOverride> filters) {
    public RouteConfiguration {
        virtualHosts = List.copyOf(virtualHosts);
        filters = Map.copyOf(filters);
    }

    /** Envoy's defaults. */
    public static RouteConfiguration of(String name, VirtualHost... virtualHosts) {
        return new RouteConfiguration(
                name, List.of(virtualHosts), HeaderMutations.NONE, false, false, false, Metadata.NONE, Map.of());
    }
}
