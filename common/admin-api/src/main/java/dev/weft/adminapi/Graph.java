package dev.weft.adminapi;

import java.util.List;

/**
 * Who calls whom, computed from the proxies' own metrics.
 *
 * @param at when it was computed, ISO-8601
 * @param windowSeconds over which rates and percentiles were taken
 * @param scraped proxies whose metrics are in it
 * @param unreachable ids of proxies whose metrics could not be had
 */
public record Graph(
        String at,
        double windowSeconds,
        int scraped,
        List<String> unreachable,
        List<GraphNode> nodes,
        List<GraphEdge> edges) {}
