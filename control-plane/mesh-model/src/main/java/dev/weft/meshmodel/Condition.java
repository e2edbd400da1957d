package dev.weft.meshmodel;

/**
 * What became of a resource, in Gateway API's words.
 *
 * @param type e.g. {@code Accepted}, {@code ResolvedRefs}
 * @param reason one word for programs, e.g. {@code BackendNotFound}
 * @param message one sentence for people
 */
public record Condition(String type, boolean status, String reason, String message) {}
