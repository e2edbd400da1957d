package dev.weft.route;

import dev.weft.xdsmodel.ClusterSpecifier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster of one request.
 *
 * @param share which of the route's weighted clusters it is; 0 without a split
 * @param weight the share's own settings; null without a split
 */
public record ClusterChoice(String cluster, int share, ClusterSpecifier.@Nullable ClusterWeight weight) {}
