package dev.weft.meshmodel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do with the requests that match: the part of a rule that routes of HTTP and of gRPC have in common.
 *
 * @param name may be empty
 * @param matches any of them suffices; empty = everything
 * @param backendRefs where to, by weight; empty = the answer is an error (Gateway API)
 * @param requestTimeout for the whole request, null = not said, zero = none
 * @param backendRequestTimeout for one attempt, null = not said, zero = none
 * @param session null = each request goes where the balancer says
 * @param <M> how requests are compared
 */
public record RouteRule<M>(
        String name,
        List<M> matches,
        List<RouteFilter> filters,
        List<BackendRef> backendRefs,
        @Nullable Duration requestTimeout,
        @Nullable Duration backendRequestTimeout,
        @Nullable SessionPersistence session) {
    public RouteRule {
        matches = List.copyOf(matches);
        filters = List.copyOf(filters);
        backendRefs = List.copyOf(backendRefs);
    }

    /** Everything it refers to: its backends, and those that get copies of its requests. */
    public List<BackendRef> references() {
        List<BackendRef> references = new ArrayList<>(backendRefs);
        for (RouteFilter filter : filters) {
            if (filter instanceof RouteFilter.Mirror mirror) {
                references.add(mirror.backend());
            }
        }
        return references;
    }
}
