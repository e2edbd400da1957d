package dev.weft.xdsserver;

import dev.weft.base.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about itself. A hint, never authority.
 *
 * @param metadata plain JSON values
 * @param userAgent name and version, e.g. {@code envoy 1.40.0}; may be empty
 */
public record XdsNode(
        String id, String cluster, Locality locality, Map<String, @Nullable Object> metadata, String userAgent) {
    /** A metadata string, or the fallback when it is absent or something else. */
    public String text(String name, String fallback) {
        return metadata.get(name) instanceof String text ? text : fallback;
    }
}
