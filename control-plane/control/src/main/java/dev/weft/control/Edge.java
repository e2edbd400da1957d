package dev.weft.control;

/**
 * Calls from one service to another as one side counts them.
 *
 * @param source {@code name.namespace} or {@code unknown}
 * @param destination likewise
 * @param protocol {@code http} or {@code tcp}
 * @param bySource whether the caller's side reports it
 */
record Edge(String source, String destination, String protocol, boolean bySource) {}
