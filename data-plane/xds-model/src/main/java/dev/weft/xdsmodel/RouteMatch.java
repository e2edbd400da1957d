package dev.weft.xdsmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.RouteMatch}: all conditions hold. The path is matched without query and fragment.
 *
 * @param caseSensitive of path conditions other than a regex; default true
 * @param runtimeFraction share of requests that match; null = all
 * @param grpc only gRPC requests; default false
 */
public record RouteMatch(
        PathMatch path,
        boolean caseSensitive,
        List<HeaderMatcher> headers,
        List<QueryParameterMatcher> queryParameters,
        @Nullable Fraction runtimeFraction,
        boolean grpc) {
    /** A condition on the path. */
    public sealed interface PathMatch {
        /** Starts with. */
        record Prefix(String prefix) implements PathMatch {}

        /** {@code path}: equals. */
        record Exact(String path) implements PathMatch {}

        /** {@code safe_regex}: RE2 syntax, the whole path. */
        record Regex(String regex) implements PathMatch {}

        /** {@code path_separated_prefix}: equals, or starts with it and a slash. */
        record PathSeparatedPrefix(String prefix) implements PathMatch {}

        /** {@code connect_matcher}: CONNECT requests. */
        record Connect() implements PathMatch {}
    }

    /** A share in parts of {@code denominator} (100, 10 000 or 1 000 000). */
    public record Fraction(int numerator, int denominator) {}

    public RouteMatch {
        headers = List.copyOf(headers);
        queryParameters = List.copyOf(queryParameters);
    }

    public static RouteMatch of(PathMatch path, HeaderMatcher... headers) {
        return new RouteMatch(path, true, List.of(headers), List.of(), null, false);
    }

    public static RouteMatch prefix(String prefix) {
        return of(new PathMatch.Prefix(prefix));
    }
}
