package dev.weft.base;

/**
 * How large a regular expression of configuration may be. Both planes keep to it: what the control plane lets through, every
 * proxy must take, or it would refuse all routes beside that one.
 */
public final class RegexLimit {
    /** Instructions of the RE2 program. Envoy's own limit (re2.max_program_size) is off by default. */
    public static final int MAX_PROGRAM = 1000;

    private RegexLimit() {}
}
