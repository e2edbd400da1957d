package dev.weft.adminapi;

/**
 * A condition in the form of the Kubernetes API.
 *
 * @param parent what it is about where a resource has conditions for several, e.g. {@code Service shop/orders port 80}; else
 *     empty
 * @param type e.g. {@code ResolvedRefs}
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word
 * @param message for people
 */
public record ConditionItem(String parent, String type, String status, String reason, String message) {}
