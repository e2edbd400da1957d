package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A destination of a route's rule.
 *
 * @param kind what it says the destination is; only {@code Service} leads somewhere
 * @param service the Service of that name, whatever {@code kind} says
 * @param port of the Service; null = not said, which is an invalid reference (Gateway API needs it)
 * @param weight relative to the rule's other backends, 0 to 1 000 000
 */
public record BackendRef(
        String kind, ResourceKey service, @Nullable Integer port, int weight, List<RouteFilter> filters) {
    /** The one kind of destination there is. */
    public static final String SERVICE = "Service";

    public BackendRef {
        filters = List.copyOf(filters);
    }

    /** Where a reference leads. */
    public sealed interface Target {}

    /** To a port of a Service. */
    public record Found(Service service, Service.Port port) implements Target {}

    /**
     * Nowhere: requests that would go there are answered with an error.
     *
     * @param problem for people
     */
    public record Invalid(Reason reason, String problem) implements Target {}

    /** Why a reference leads nowhere: Gateway API's reasons of {@code ResolvedRefs}. */
    public enum Reason {
        INVALID_KIND("InvalidKind"),
        REF_NOT_PERMITTED("RefNotPermitted"),
        BACKEND_NOT_FOUND("BackendNotFound"),
        /** Bytes cannot be given to a port that is declared to be HTTP. */
        UNSUPPORTED_PROTOCOL("UnsupportedProtocol");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /** As a condition says it. */
        public String word() {
            return word;
        }
    }
}
