package dev.weft.xdsmodel;

import java.util.List;

/**
 * Headers added and removed at one level (route configuration, virtual host, route, weighted cluster). Envoy applies the
 * most specific level first, unless {@code most_specific_header_mutations_wins} turns it around.
 */
public record HeaderMutations(
        List<HeaderValueOption> requestAdd,
        List<String> requestRemove,
        List<HeaderValueOption> responseAdd,
        List<String> responseRemove) {
    public static final HeaderMutations NONE = new HeaderMutations(List.of(), List.of(), List.of(), List.of());

    public HeaderMutations {
        requestAdd = List.copyOf(requestAdd);
        requestRemove = List.copyOf(requestRemove);
        responseAdd = List.copyOf(responseAdd);
        responseRemove = List.copyOf(responseRemove);
    }

    public boolean isEmpty() {
        return requestAdd.isEmpty() && requestRemove.isEmpty() && responseAdd.isEmpty() && responseRemove.isEmpty();
    }
}
