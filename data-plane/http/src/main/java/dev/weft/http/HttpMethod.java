package dev.weft.http;

/** Methods the proxy treats specially or often sees; {@link #OTHER} for any other token, whose text is in the head. */
public enum HttpMethod {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    PATCH,
    OPTIONS,
    CONNECT,
    TRACE,
    OTHER;

    private static final byte[][] NAMES = names();

    /** The method a span names; methods are case sensitive (RFC 9110 §9.1). */
    public static HttpMethod recognise(byte[] bytes, int start, int end) {
        for (int i = 0; i < NAMES.length; i++) {
            if (Ascii.equals(NAMES[i], bytes, start, end)) {
                return VALUES[i];
            }
        }
        return OTHER;
    }

    private static final HttpMethod[] VALUES = values();

    private static byte[][] names() {
        HttpMethod[] methods = values();
        byte[][] names = new byte[methods.length - 1][];
        for (int i = 0; i < names.length; i++) {
            names[i] = Ascii.bytes(methods[i].name());
        }
        return names;
    }
}
