package dev.weft.xdsmodel;

import java.util.Map;

/**
 * {@code envoy.config.route.v3.Route}: what requests it takes and what happens to them.
 *
 * @param filters {@code typed_per_filter_config}: by the name of the filter
 */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderMutations headers,
        Metadata metadata,
        String statPrefix,
        Map<String, HttpFilterOverride> filters) {
    public Route {
        filters = Map.copyOf(filters);
    }

    /** No name, header mutation or metadata. */
    public static Route of(RouteMatch match, RouteAction action) {
        return new Route("", match, action, HeaderMutations.NONE, Metadata.NONE, "", Map.of());
    }
}
