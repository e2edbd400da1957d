package dev.weft.xdsmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.cors.v3.Cors}: has nothing to say; what is allowed is a route's {@link Policy}. */
public record Cors() implements HttpFilterConfig {
    /**
     * {@code envoy.extensions.filters.http.cors.v3.CorsPolicy}: what pages of other origins may do. What one level leaves out the
     * next less specific one says.
     *
     * @param allowOrigins empty = left out
     * @param allowMethods as a header says it; empty = left out; {@code *} = what is asked for
     * @param allowHeaders the same
     * @param exposeHeaders empty = left out
     * @param maxAge seconds as text; empty = left out
     * @param allowCredentials null = left out
     * @param allowPrivateNetworkAccess null = left out
     * @param forwardNotMatchingPreflights null = left out
     * @param enabled share of requests; null = all
     * @param shadowEnabled share of requests that are looked at and counted only; null = none
     */
    public record Policy(
            List<StringMatcher> allowOrigins,
            String allowMethods,
            String allowHeaders,
            String exposeHeaders,
            String maxAge,
            @Nullable Boolean allowCredentials,
            @Nullable Boolean allowPrivateNetworkAccess,
            @Nullable Boolean forwardNotMatchingPreflights,
            RouteMatch.@Nullable Fraction enabled,
            RouteMatch.@Nullable Fraction shadowEnabled)
            implements HttpFilterConfig {
        public Policy {
            allowOrigins = List.copyOf(allowOrigins);
        }
    }
}
