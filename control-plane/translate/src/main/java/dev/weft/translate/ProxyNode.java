package dev.weft.translate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy says about itself, as far as it matters to what it is served. The caller has checked it against the
 * proxy's identity.
 *
 * @param service short name of the Service it says it belongs to, or null
 * @param serviceAccount of its identity; empty = not known
 * @param labels of its workload; {@code app} is implied by {@code service}
 * @param ports the application's ports it knows of
 * @param address its workload's address; matters in explicit mode only
 * @param locality {@code region/zone/subzone}, or less of it; empty = not said
 */
public record ProxyNode(
        String namespace,
        @Nullable String service,
        String serviceAccount,
        Map<String, String> labels,
        List<Integer> ports,
        Mode mode,
        String address,
        String locality) {
    public ProxyNode {
        labels = Map.copyOf(labels);
        ports = List.copyOf(ports);
    }

    /** How traffic gets to the proxy ({@code INTERCEPTION_MODE}). */
    public enum Mode {
        /** By rules in the workload's network namespace. */
        REDIRECT,
        /** By the application's own choice: the workload owns a loopback address with the proxy's ports. */
        NONE
    }
}
