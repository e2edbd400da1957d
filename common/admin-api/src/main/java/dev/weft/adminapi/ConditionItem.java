package dev.weft.adminapi;

/**
 * A condition in the form of the Kubernetes API.
 *
 * @param type e.g. {@code ResolvedRefs}
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word
 * @param message for people
 */
public record ConditionItem(String type, String status, String reason, String message) {}
