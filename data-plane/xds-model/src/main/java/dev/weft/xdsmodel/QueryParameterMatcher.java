package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.QueryParameterMatcher}.
 *
 * @param matcher null = it is enough that the parameter is there
 */
public record QueryParameterMatcher(String name, @Nullable StringMatcher matcher) {}
