package dev.weft.meshmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How gRPC calls of a Service are spread.
 *
 * @param hostnames further names it answers to; empty = those of the parents
 */
public record GrpcRoute(
        ResourceKey key, List<ParentRef> parentRefs, List<String> hostnames, List<RouteRule<GrpcRoute.Match>> rules)
        implements MeshRoute {
    public GrpcRoute {
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
    public record Match(@Nullable MethodMatch method, List<ValueMatch> headers) {
        /** Every call. */
        public static final Match EVERYTHING = new Match(null, List.of());

        public Match {
            headers = List.copyOf(headers);
        }
    }

    /**
     * How the called method is compared. At least one of both is not empty.
     *
     * @param service full name with its package; empty = any
     * @param method empty = any
     */
    public record MethodMatch(ValueMatch.Type type, String service, String method) {}
}
