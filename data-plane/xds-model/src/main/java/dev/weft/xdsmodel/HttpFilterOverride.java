package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/**
 * What a route configuration, virtual host, route or share of a split says of one filter ({@code typed_per_filter_config}).
 * The most specific that speaks of a filter decides whether it takes part.
 *
 * @param disabled the filter takes no part; else it does, even if the connection manager has it disabled
 * @param config in place of the filter's own; null = nothing but the above is said
 */
public record HttpFilterOverride(boolean disabled, @Nullable HttpFilterConfig config) {}
