package dev.weft.xdsmodel;

/** {@code envoy.config.route.v3.Route}: what requests it takes and what happens to them. */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderMutations headers,
        Metadata metadata,
        String statPrefix) {
    /** No name, header mutation or metadata. */
    public static Route of(RouteMatch match, RouteAction action) {
        return new Route("", match, action, HeaderMutations.NONE, Metadata.NONE, "");
    }
}
