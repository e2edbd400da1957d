package dev.weft.adminapi;

import java.util.List;
import java.util.Map;

/**
 * One resource as in force.
 *
 * @param origin where it came from: {@code file:line}, or {@code lease} for a registered instance
 * @param labels of the resource
 * @param conditions e.g. {@code Accepted}, {@code ResolvedRefs}
 * @param summary a few words for a table, e.g. {@code "2 rules"}
 */
public record ResourceItem(
        String kind,
        String namespace,
        String name,
        String origin,
        Map<String, String> labels,
        List<ConditionItem> conditions,
        String summary) {}
