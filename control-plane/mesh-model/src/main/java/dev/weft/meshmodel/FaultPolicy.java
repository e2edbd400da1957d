package dev.weft.meshmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes some requests slow, or fail, on purpose.
 *
 * @param delay null = none
 * @param abort null = none
 * @param byHeader whether a request may ask for its own fault, in {@code x-envoy-fault-*} headers (for tests)
 * @param headers only requests that have all of these; empty = any
 */
public record FaultPolicy(
        ResourceKey key,
        List<Target> targets,
        @Nullable Delay delay,
        @Nullable Abort abort,
        boolean byHeader,
        List<ValueMatch> headers)
        implements MeshResource {
    public FaultPolicy {
        targets = List.copyOf(targets);
        headers = List.copyOf(headers);
    }

    /**
     * What it is for: the requests to a Service of its namespace, or those that a route of its namespace takes.
     *
     * @param section name of a Service's port or of a route's rule, or null for all
     */
    public record Target(ResourceKey resource, @Nullable String section) {}

    /**
     * A wait before the request goes on.
     *
     * @param share of requests, in millionths
     */
    public record Delay(Duration duration, int share) {}

    /**
     * An answer in the backend's stead.
     *
     * @param httpStatus null where {@code grpcStatus} is not
     * @param grpcStatus code of gRPC's
     * @param share of requests, in millionths
     */
    public record Abort(
            @Nullable Integer httpStatus, @Nullable Integer grpcStatus, int share) {}
}
