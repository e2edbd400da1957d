package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.cors.v3.CorsPolicy} to {@link Cors.Policy}. */
final class CorsParser {
    static final String FILTER = "envoy.extensions.filters.http.cors.v3.Cors";
    static final String POLICY = "envoy.extensions.filters.http.cors.v3.CorsPolicy";

    private CorsParser() {}

    static Cors.Policy policy(MessageView view) {
        return new Cors.Policy(
                view.messages("allow_origin_string_match").stream()
                        .map(CommonParser::stringMatcher)
                        .toList(),
                view.string("allow_methods"),
                view.string("allow_headers"),
                view.string("expose_headers"),
                view.string("max_age"),
                said(view, "allow_credentials"),
                said(view, "allow_private_network_access"),
                said(view, "forward_not_matching_preflights"),
                CommonParser.fraction(view.message("filter_enabled")),
                CommonParser.fraction(view.message("shadow_enabled")));
    }

    private static @Nullable Boolean said(MessageView view, String field) {
        return view.has(field) ? (Boolean) view.bool(field, false) : null;
    }
}
