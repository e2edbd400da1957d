package dev.weft.adminapi;

/**
 * A held change of configuration was let through.
 *
 * @param changes resources that were waiting; 0 = nothing was held
 */
public record Released(int changes) {}
