package dev.weft.meshmodel;

import java.util.List;

/**
 * Where TLS connections to a Service go, by the name their client asks for. They are passed through, not ended. One rule,
 * without matches, filters or time-outs.
 *
 * @param hostnames server names, or {@code *.} and the end of one; at least one
 */
public record TlsRoute(ResourceKey key, List<ParentRef> parentRefs, List<String> hostnames, List<RouteRule<Void>> rules)
        implements MeshRoute {
    public TlsRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public Layer layer() {
        return Layer.TLS;
    }
}
