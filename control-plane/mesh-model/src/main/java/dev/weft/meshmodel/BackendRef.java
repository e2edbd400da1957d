package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A destination of a route's rule.
 *
 * @param kind what it says the destination is; only {@link #SERVICE}, {@link #SUBSET} and {@link #OPEN_SERVICE} lead
 *     somewhere
 * @param resource the Subset of that name, or the Service if {@code kind} says anything else
 * @param port of the Service; null = not said: its only one, else the one that the request came to, but for {@link #SERVICE}
 * @param weight relative to the rule's other backends, 0 to 1 000 000
 */
public record BackendRef(
        String kind, ResourceKey resource, @Nullable Integer port, int weight, List<RouteFilter> filters) {
    /** All endpoints of a Service. The port has to be said (Gateway API). */
    public static final String SERVICE = "Service";

    /** The same, in our words: the port need not be said. */
    public static final String OPEN_SERVICE = "weft.dev/Service";

    /** Some endpoints of a Service. */
    public static final String SUBSET = "weft.dev/Subset";

    public BackendRef {
        filters = List.copyOf(filters);
    }

    /** Where a reference leads. */
    public sealed interface Target {}

    /**
     * To a port of a Service.
     *
     * @param subset null = all of its endpoints
     */
    public record Found(Service service, @Nullable Subset subset, Service.Port port) implements Target {}

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
