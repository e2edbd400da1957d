package dev.weft.proxy;

import dev.weft.base.Diagnostic;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.XdsSnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Listeners the control plane gave of which no version can be served, such as on a port that somebody else has. That shows
 * only once everything a listener needs is there, when the control plane has its acknowledgement already; so it is said in
 * the metrics, which the control plane reads, and by the readiness. Confined to the control thread.
 */
final class RefusedListeners {
    private static final String METRIC = "weft_listener_refused";
    private static final String HELP = "1 for a listener that cannot be served";

    private final StatsRegistry stats;
    private final Map<String, String> reasons = new TreeMap<>();

    RefusedListeners(StatsRegistry stats) {
        this.stats = stats;
    }

    /** Takes note of why a snapshot was refused. */
    void refused(XdsSnapshot snapshot, List<Diagnostic> problems) {
        for (String name : snapshot.listeners().keySet()) {
            for (Diagnostic problem : problems) {
                if (problem.isError() && problem.path().startsWith("listeners[" + name + "]")) {
                    forget(name);
                    String reason = name + ": " + problem.path() + ": " + problem.problem();
                    reasons.put(name, reason);
                    stats.gauge(METRIC, HELP, () -> 1, "listener", name, "reason", reason);
                }
            }
        }
    }

    /** What serves now is not refused, at least not in all its versions. */
    void served(XdsSnapshot snapshot) {
        List.copyOf(reasons.keySet()).stream()
                .filter(snapshot.listeners()::containsKey)
                .forEach(this::forget);
    }

    private void forget(String name) {
        String reason = reasons.remove(name);
        if (reason != null) {
            stats.remove(METRIC, "listener", name, "reason", reason);
        }
    }

    /** One sentence for all of them; empty when there are none. */
    String reason() {
        return reasons.isEmpty() ? "" : "cannot serve " + String.join("; ", reasons.values());
    }
}
