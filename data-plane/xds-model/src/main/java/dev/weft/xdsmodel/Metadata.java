package dev.weft.xdsmodel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.Metadata}: hints by name of who reads them (the {@code filter_metadata} map). A value is a
 * nested map, list, String, Double, Boolean or null, as a protobuf Struct has them. Weft's own hints live under {@code weft}.
 */
public record Metadata(Map<String, Map<String, @Nullable Object>> filterMetadata) {
    /** No hints. */
    public static final Metadata NONE = new Metadata(Map.of());

    public Metadata {
        Map<String, Map<String, @Nullable Object>> copy = new LinkedHashMap<>();
        filterMetadata.forEach((name, values) -> copy.put(name, Values.deepCopy(values)));
        filterMetadata = Values.copy(copy);
    }

    /** The values under one name; empty when there are none. */
    public Map<String, @Nullable Object> of(String name) {
        Map<String, @Nullable Object> values = filterMetadata.get(name);
        return values == null ? Map.of() : values;
    }

    /** One text value, for example {@code string("weft", "identity")}; null when absent or not a text. */
    public @Nullable String string(String name, String key) {
        return of(name).get(key) instanceof String text ? text : null;
    }

    /** Whether a value is there and true. */
    public boolean isTrue(String name, String key) {
        return Boolean.TRUE.equals(of(name).get(key));
    }
}
