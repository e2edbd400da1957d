package dev.weft.xdsmodel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.VirtualHost}.
 *
 * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}; searched in that order, longest first
 * @param routes the first that matches wins
 * @param includeRequestAttemptCount send {@code x-envoy-attempt-count} upstream; default false
 * @param includeAttemptCountInResponse send it downstream; default false
 * @param retryPolicy for routes that have none; null = none
 * @param filters {@code typed_per_filter_config}: by the name of the filter
 */
public record VirtualHost(
        String name,
        List<String> domains,
        List<Route> routes,
        RequireTls requireTls,
        HeaderMutations headers,
        boolean includeRequestAttemptCount,
        boolean includeAttemptCountInResponse,
        @Nullable RetryPolicy retryPolicy,
        Metadata metadata,
        Map<String, HttpFilterOverride> filters) {
    /** Whether plaintext requests are redirected to https. */
    public enum RequireTls {
        NONE,
        EXTERNAL_ONLY,
        ALL
    }

    public VirtualHost {
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
        filters = Map.copyOf(filters);
    }

    /** Envoy's defaults. */
    public static VirtualHost of(String name, List<String> domains, Route... routes) {
        return new VirtualHost(
                name,
                domains,
                List.of(routes),
                RequireTls.NONE,
                HeaderMutations.NONE,
                false,
                false,
                null,
                Metadata.NONE,
                Map.of());
    }

    /** What is said of all its routes. */
    public VirtualHost withoutRoutes() {
        return new VirtualHost(
                name,
                domains,
                List.of(),
                requireTls,
                headers,
                includeRequestAttemptCount,
                includeAttemptCountInResponse,
                retryPolicy,
                metadata,
                filters);
    }
}
