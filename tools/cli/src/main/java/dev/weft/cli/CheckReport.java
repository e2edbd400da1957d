package dev.weft.cli;

import java.util.List;
import java.util.Map;

/**
 * What {@code weft check} found, as it is printed for programs. Public because the writer of JSON is in another package.
 *
 * @param ready whether no check failed
 * @param checks the findings in the order they were made, each with {@code name}, {@code grade}, {@code found} and {@code
 *     hint}
 */
public record CheckReport(boolean ready, List<Map<String, Object>> checks) {}
