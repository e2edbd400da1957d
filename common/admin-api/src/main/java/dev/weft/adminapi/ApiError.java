package dev.weft.adminapi;

/**
 * Body of every answer of the operator API that is not a success.
 *
 * @param error what went wrong, one sentence without full stop
 * @param hint what to do about it; empty when there is nothing useful to say
 */
public record ApiError(String error, String hint) {}
