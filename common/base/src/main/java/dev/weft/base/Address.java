package dev.weft.base;

/**
 * A host (name or IP literal, IPv6 without brackets) and a TCP port.
 *
 * @param port 0 to 65535; 0 = any free port where something is bound
 */
public record Address(String host, int port) {
    public Address {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port out of range: " + port);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("empty host");
        }
    }

    /** Parses {@code host:port} or {@code [v6]:port}; throws {@link IllegalArgumentException} otherwise. */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("not HOST:PORT: '" + text + "'");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address needs brackets: '" + text + "'");
        }
        try {
            return new Address(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not HOST:PORT: '" + text + "'", e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
