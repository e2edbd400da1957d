package dev.weft.xdsmodel;

import dev.weft.base.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.Node}: who a proxy says it is. A hint for the control plane, never authority. */
public record Node(String id, String cluster, Locality locality, Map<String, @Nullable Object> metadata) {
    public static final Node NONE = new Node("", "", Locality.UNKNOWN, Map.of());

    public Node {
        metadata = Values.deepCopy(metadata);
    }
}
