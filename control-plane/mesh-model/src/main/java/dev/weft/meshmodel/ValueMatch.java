package dev.weft.meshmodel;

/** How a header or query parameter is compared. Header names are case-insensitive and kept as written. */
public record ValueMatch(Type type, String name, String value) {
    /** The kinds of comparison. */
    public enum Type {
        EXACT,
        /** RE2 syntax, the whole value. */
        REGEX
    }
}
