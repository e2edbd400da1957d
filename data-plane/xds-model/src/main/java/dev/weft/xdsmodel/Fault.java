package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.http.fault.v3.HTTPFault}: delays requests, or answers them with an error.
 *
 * @param delay null = none
 * @param abort null = none; follows a delay
 * @param upstreamCluster only requests to this cluster; empty = all
 * @param headers only requests that all of these match
 * @param downstreamNodes only requests whose {@code x-envoy-downstream-service-node} is one of these; empty = all
 * @param maxActiveFaults most requests that are held up or being answered at once; default no limit
 */
public record Fault(
        @Nullable Delay delay,
        @Nullable Abort abort,
        String upstreamCluster,
        List<HeaderMatcher> headers,
        List<String> downstreamNodes,
        long maxActiveFaults)
        implements HttpFilterConfig {
    /** Does nothing. */
    public static final Fault NONE = new Fault(null, null, "", List.of(), List.of(), Long.MAX_VALUE);

    public Fault {
        headers = List.copyOf(headers);
        downstreamNodes = List.copyOf(downstreamNodes);
    }

    /**
     * @param fixed positive; null = as long as the request's own {@code x-envoy-fault-delay-request} says
     * @param share default none of the requests
     */
    public record Delay(@Nullable Duration fixed, RouteMatch.Fraction share) {}

    /**
     * What requests are answered with. Without either status the request's own header says it.
     *
     * @param httpStatus 200 to 599; 0 = not by this
     * @param grpcStatus -1 = not by this
     * @param share default none of the requests
     */
    public record Abort(int httpStatus, int grpcStatus, RouteMatch.Fraction share) {
        /** Whether {@code x-envoy-fault-abort-request} or {@code x-envoy-fault-abort-grpc-request} says it. */
        public boolean byHeader() {
            return httpStatus == 0 && grpcStatus < 0;
        }
    }
}
