package dev.weft.meshmodel;

import java.util.List;

/** Where connections to a Service go, whatever is in them. One rule, without matches, filters or time-outs. */
public record TcpRoute(ResourceKey key, List<ParentRef> parentRefs, List<RouteRule<Void>> rules) implements MeshRoute {
    public TcpRoute {
        parentRefs = List.copyOf(parentRefs);
        rules = List.copyOf(rules);
    }

    @Override
    public Layer layer() {
        return Layer.TCP;
    }
}
