package dev.weft.xdsmodel;

/** Where an HTTP connection manager gets its routes from. */
public sealed interface RouteSource {
    /** {@code route_config}: written where it is used. */
    record Inline(RouteConfiguration routes) implements RouteSource {}

    /** {@code rds}: the route configuration of that name from the ADS stream. */
    record Rds(String routeConfigName) implements RouteSource {}
}
