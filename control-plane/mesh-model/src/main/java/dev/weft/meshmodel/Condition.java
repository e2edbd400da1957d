package dev.weft.meshmodel;

/**
 * What became of a resource, in Gateway API's words.
 *
 * @param parent which of a route's parents it is about, e.g. {@code Service shop/orders port 80}; a route has conditions for
 *     each of them
 * @param type e.g. {@code Accepted}, {@code ResolvedRefs}
 * @param reason one word for programs, e.g. {@code BackendNotFound}
 * @param message one sentence for people
 */
public record Condition(String parent, String type, boolean status, String reason, String message) {}
