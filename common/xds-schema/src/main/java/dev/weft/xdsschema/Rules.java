package dev.weft.xdsschema;

import org.jspecify.annotations.Nullable;

/**
 * What Envoy itself checks of a field's value ({@code validate.rules} in its .proto files), as far as it needs no regular
 * expression. Bounds of durations are nanoseconds, of floating point numbers millionths. Rules of a wrapper
 * ({@code UInt32Value}) are about the number in it.
 *
 * @param flags which rules there are; see the accessors
 * @param items rules of each element of a list; null = none
 */
public record Rules(
        int flags,
        long minLength,
        long maxLength,
        long greaterThan,
        long atLeast,
        long lessThan,
        long atMost,
        long minItems,
        long maxItems,
        @Nullable Rules items) {
    private static final int REQUIRED = 1;
    private static final int MIN_LENGTH = 2;
    private static final int MAX_LENGTH = 4;
    private static final int GREATER_THAN = 8;
    private static final int AT_LEAST = 16;
    private static final int LESS_THAN = 32;
    private static final int AT_MOST = 64;
    private static final int MIN_ITEMS = 128;
    private static final int MAX_ITEMS = 256;
    private static final int DEFINED_ONLY = 512;
    private static final int IGNORE_EMPTY = 1024;
    private static final int HEADER_NAME = 2048;
    private static final int HEADER_VALUE = 4096;
    private static final int ITEMS = 8192;

    static Rules read(SchemaReader in) {
        int flags = (int) in.varint();
        return new Rules(
                flags,
                (flags & MIN_LENGTH) != 0 ? in.varint() : 0,
                (flags & MAX_LENGTH) != 0 ? in.varint() : Long.MAX_VALUE,
                (flags & GREATER_THAN) != 0 ? in.signed() : 0,
                (flags & AT_LEAST) != 0 ? in.signed() : 0,
                (flags & LESS_THAN) != 0 ? in.signed() : 0,
                (flags & AT_MOST) != 0 ? in.signed() : 0,
                (flags & MIN_ITEMS) != 0 ? in.varint() : 0,
                (flags & MAX_ITEMS) != 0 ? in.varint() : Long.MAX_VALUE,
                (flags & ITEMS) != 0 ? read(in) : null);
    }

    /** The message must be there. */
    public boolean required() {
        return (flags & REQUIRED) != 0;
    }

    public boolean hasGreaterThan() {
        return (flags & GREATER_THAN) != 0;
    }

    public boolean hasAtLeast() {
        return (flags & AT_LEAST) != 0;
    }

    public boolean hasLessThan() {
        return (flags & LESS_THAN) != 0;
    }

    public boolean hasAtMost() {
        return (flags & AT_MOST) != 0;
    }

    /** Whether there is any bound on a number. */
    public boolean hasRange() {
        return (flags & (GREATER_THAN | AT_LEAST | LESS_THAN | AT_MOST)) != 0;
    }

    /** Only numbers of the enum. */
    public boolean definedOnly() {
        return (flags & DEFINED_ONLY) != 0;
    }

    /** The other rules do not apply to an empty value. */
    public boolean ignoreEmpty() {
        return (flags & IGNORE_EMPTY) != 0;
    }

    /** The text is a header name. */
    public boolean headerName() {
        return (flags & HEADER_NAME) != 0;
    }

    /** The text is a header value. */
    public boolean headerValue() {
        return (flags & HEADER_VALUE) != 0;
    }
}
