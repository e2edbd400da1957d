package dev.weft.adminapi;

/**
 * A port of a service or workload.
 *
 * @param name may be empty
 * @param protocol {@code http}, {@code tcp}, or {@code auto} when it is detected
 */
public record PortItem(String name, int port, int targetPort, String protocol) {}
