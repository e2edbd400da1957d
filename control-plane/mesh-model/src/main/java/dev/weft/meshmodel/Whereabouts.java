package dev.weft.meshmodel;

import dev.weft.base.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a caller or an endpoint is.
 *
 * @param locality {@code region/zone/subzone}, or less of it; empty = not known
 */
public record Whereabouts(String locality, Map<String, String> labels) {
    /** Nothing is known. */
    public static final Whereabouts UNKNOWN = new Whereabouts("", Map.of());

    public Whereabouts {
        labels = Map.copyOf(labels);
    }

    /** A label; those of topology follow from the locality where they are not given. Null when there is none. */
    public @Nullable String label(String name) {
        String given = labels.get(name);
        if (given != null || locality.isEmpty()) {
            return given;
        }
        Locality parts = Locality.parse(locality);
        return switch (name) { // Kubernetes' well known labels, and Istio's
            case "topology.kubernetes.io/region" -> parts.region();
            case "topology.kubernetes.io/zone" -> parts.zone();
            case "topology.istio.io/subzone" -> parts.subZone();
            default -> null;
        };
    }
}
