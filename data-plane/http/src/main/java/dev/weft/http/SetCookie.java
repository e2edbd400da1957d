package dev.weft.http;

/** Writes {@code set-cookie} fields of one kind of cookie (RFC 6265 §4.1), spelt as Envoy spells them. Immutable. */
public final class SetCookie {
    private final String before;
    private final String attributes;

    /**
     * @param maxAge seconds; 0 = for as long as the client's session lasts
     * @param path empty = not said
     */
    public SetCookie(String name, long maxAge, String path) {
        this(
                name + "=\"",
                (maxAge > 0 ? attribute("Max-Age", Long.toString(maxAge)) : "")
                        + (path.isEmpty() ? "" : attribute("Path", path)));
    }

    private SetCookie(String before, String attributes) {
        this.before = before;
        this.attributes = attributes;
    }

    /** The same with one more attribute, whose value may be empty. */
    public SetCookie with(String attribute, String value) {
        return new SetCookie(before, attributes + attribute(attribute, value));
    }

    private static String attribute(String name, String value) {
        return value.isEmpty() ? "; " + name : "; " + name + "=" + value;
    }

    /** What {@code set-cookie} says. */
    public byte[] field(String value) {
        return Ascii.bytes(before + value + "\"" + attributes + "; HttpOnly");
    }
}
