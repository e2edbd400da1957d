package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP requests to a Service are spread.
 *
 * @param hostnames further names it answers to; empty = those of the parents
 */
public record HttpRoute(
        ResourceKey key, List<ParentRef> parentRefs, List<String> hostnames, List<RouteRule<HttpRoute.Match>> rules)
        implements MeshRoute {
    public HttpRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public Layer layer() {
        return Layer.HTTP;
    }

    /**
     * All parts must hold.
     *
     * @param method null = any
     */
    public record Match(
            PathMatch path,
            List<ValueMatch> headers,
            List<ValueMatch> queryParams,
            @Nullable String method) {
        /** Every request. */
        public static final Match EVERYTHING = new Match(PathMatch.ALL, List.of(), List.of(), null);

        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
        }

        /**
         * Its place in the order in which matches are tried, most significant first; less comes first. Gateway API v1,
         * HTTPRouteRule.matches: exact path, longest prefix, method, most headers, most query parameters. Regular expressions
         * are left to us: between exact and prefix.
         */
        public List<Integer> rank() {
            boolean regex = path.type() == PathMatch.Type.REGEX;
            return List.of(
                    path.type() == PathMatch.Type.EXACT ? 0 : regex ? 1 : 2,
                    regex ? 0 : -path.value().length(),
                    method == null ? 1 : 0,
                    -headers.size(),
                    -queryParams.size());
        }
    }

    /** How a path is compared. */
    public record PathMatch(Type type, String value) {
        /** Everything. */
        public static final PathMatch ALL = new PathMatch(Type.PREFIX, "/");

        /** The kinds of comparison. */
        public enum Type {
            EXACT,
            /** Whole path elements: {@code /a} matches {@code /a} and {@code /a/b}, not {@code /ab}. */
            PREFIX,
            /** RE2 syntax, the whole path. */
            REGEX
        }
    }
}
