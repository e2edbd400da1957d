package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change to request or response, made by a rule or on the way to one of its backends. */
public sealed interface RouteFilter {
    /** Gateway API's name of it, e.g. {@code RequestRedirect}. */
    String type();

    /** Whether a rule may have it. One that may not is never skipped: its requests get an error (Gateway API). */
    default boolean isSupported() {
        return true;
    }

    /** Whether a single backend may have it: Envoy's split knows headers and a host there, no more. */
    default boolean isSupportedForBackend() {
        return isSupported();
    }

    /** Whether it answers itself, so that the rule has no backends. */
    default boolean isAnswer() {
        return false;
    }

    /** Edits headers on the way to the backend. */
    record RequestHeaders(HeaderEdit edit) implements RouteFilter {
        @Override
        public String type() {
            return "RequestHeaderModifier";
        }
    }

    /** Edits headers on the way back. */
    record ResponseHeaders(HeaderEdit edit) implements RouteFilter {
        @Override
        public String type() {
            return "ResponseHeaderModifier";
        }
    }

    /**
     * Answers with where to go instead. A rule with it has no backends.
     *
     * @param scheme {@code http} or {@code https}; empty = the request's
     * @param hostname empty = the request's
     * @param path null = the request's
     * @param port null = the scheme's own where a scheme is given, else the one the request came to
     * @param statusCode 301, 302, 303, 307 or 308
     */
    record Redirect(
            String scheme,
            String hostname,
            @Nullable PathModifier path,
            @Nullable Integer port,
            int statusCode) implements RouteFilter {
        @Override
        public boolean isAnswer() {
            return true;
        }

        @Override
        public String type() {
            return "RequestRedirect";
        }

        @Override
        public boolean isSupportedForBackend() {
            return false;
        }
    }

    /**
     * Changes host and path on the way to the backend.
     *
     * @param hostname empty = as it is
     * @param path null = as it is
     */
    record UrlRewrite(String hostname, @Nullable PathModifier path) implements RouteFilter {
        @Override
        public String type() {
            return "URLRewrite";
        }

        @Override
        public boolean isSupportedForBackend() {
            return path == null;
        }
    }

    /**
     * Sends a copy of some requests to another backend, whose answer is of no interest.
     *
     * @param share of requests, in millionths
     */
    record Mirror(BackendRef backend, int share) implements RouteFilter {
        @Override
        public String type() {
            return "RequestMirror";
        }

        @Override
        public boolean isSupportedForBackend() {
            return false;
        }
    }

    /**
     * Answers browsers that ask whether a page of another origin may make a request.
     *
     * @param origins {@code SCHEME://HOST[:PORT]}, in which {@code *} stands for anything; or {@code *} alone
     * @param methods names, or {@code *} alone
     * @param maxAgeSeconds how long a browser may remember the answer
     */
    record Cors(
            List<String> origins,
            boolean allowCredentials,
            List<String> methods,
            List<String> headers,
            List<String> exposedHeaders,
            int maxAgeSeconds)
            implements RouteFilter {
        public Cors {
            origins = List.copyOf(origins);
            methods = List.copyOf(methods);
            headers = List.copyOf(headers);
            exposedHeaders = List.copyOf(exposedHeaders);
        }

        @Override
        public String type() {
            return "CORS";
        }

        @Override
        public boolean isSupportedForBackend() {
            return false;
        }
    }

    /** Answers as an {@link HttpRouteFilter} says. A rule with it has no backends. */
    record Extension(ResourceKey filter) implements RouteFilter {
        @Override
        public String type() {
            return "ExtensionRef";
        }

        @Override
        public boolean isAnswer() {
            return true;
        }

        @Override
        public boolean isSupportedForBackend() {
            return false;
        }
    }

    /** One this version does not have. */
    record Unsupported(String type) implements RouteFilter {
        @Override
        public boolean isSupported() {
            return false;
        }
    }

    /** What becomes of the path; the query stays. */
    record PathModifier(Type type, String value) {
        /** How much of it is replaced. */
        public enum Type {
            FULL,
            /** The elements that the rule's path prefix matched. */
            PREFIX_MATCH
        }
    }

    /** First {@code set}, then {@code add}, then {@code remove}. */
    record HeaderEdit(List<Header> set, List<Header> add, List<String> remove) {
        public HeaderEdit {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /** A header field. */
    record Header(String name, String value) {}
}
