package dev.weft.meshmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How requests to a Service are spread, in the shape of Gateway API v1 (GAMMA: the parent is a Service).
 *
 * @param hostnames further names it answers to; empty = those of the parents
 */
public record HttpRoute(ResourceKey key, List<ParentRef> parentRefs, List<String> hostnames, List<Rule> rules)
        implements MeshResource {
    public HttpRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /**
     * The Service it hangs on.
     *
     * @param port one port of it, or null for all
     */
    public record ParentRef(ResourceKey service, @Nullable Integer port) {}

    /**
     * What to do with the requests that match.
     *
     * @param name may be empty
     * @param matches any of them suffices; empty = everything
     * @param backendRefs where to, by weight; empty = the answer is 500 (Gateway API)
     * @param requestTimeout for the whole request, null = not said, zero = none
     * @param backendRequestTimeout for one attempt, null = not said, zero = none
     */
    public record Rule(
            String name,
            List<Match> matches,
            List<Filter> filters,
            List<BackendRef> backendRefs,
            @Nullable Duration requestTimeout,
            @Nullable Duration backendRequestTimeout) {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backendRefs = List.copyOf(backendRefs);
        }
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
        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
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

    /** How a header or query parameter is compared. Header names are case-insensitive and kept as written. */
    public record ValueMatch(Type type, String name, String value) {
        /** The kinds of comparison. */
        public enum Type {
            EXACT,
            /** RE2 syntax, the whole value. */
            REGEX
        }
    }

    /**
     * A destination.
     *
     * @param port of the Service; null = not said, which is an invalid reference (Gateway API needs it)
     * @param weight relative to the rule's other backends, 0 to 1 000 000
     */
    public record BackendRef(ResourceKey service, @Nullable Integer port, int weight, List<Filter> filters) {
        public BackendRef {
            filters = List.copyOf(filters);
        }
    }

    /** A change to request or response. */
    public sealed interface Filter {
        /** Edits headers on the way to the backend. */
        record RequestHeaders(HeaderEdit edit) implements Filter {}

        /** Edits headers on the way back. */
        record ResponseHeaders(HeaderEdit edit) implements Filter {}

        /** One this version does not have. Never skipped: its requests get 500 (Gateway API). */
        record Unsupported(String type) implements Filter {}
    }

    /** First {@code set}, then {@code add}, then {@code remove}. */
    public record HeaderEdit(List<Header> set, List<Header> add, List<String> remove) {
        public HeaderEdit {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /** A header field. */
    public record Header(String name, String value) {}
}
