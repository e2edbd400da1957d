package dev.weft.control;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listeners that proxies have acknowledged and then could not serve, such as on a port that somebody else has: the protocol
 * knows no refusal after the acknowledgement, so the proxies say it in their metrics. Any thread.
 */
final class RefusedListeners {
    private static final String METRIC = "weft_listener_refused";

    private final Map<String, SortedMap<String, String>> byProxy = new ConcurrentHashMap<>();

    /** Takes over what a scrape of a proxy says. */
    void read(String id, String scrape) {
        SortedMap<String, String> reasons = new TreeMap<>();
        scrape.lines().filter(line -> line.startsWith(METRIC + "{")).forEach(line -> {
            PrometheusLine sample = PrometheusLine.parse(line);
            if (sample != null && sample.value() > 0) {
                reasons.put(sample.label("listener"), sample.label("reason"));
            }
        });
        if (reasons.isEmpty()) {
            byProxy.remove(id);
        } else {
            byProxy.put(id, reasons);
        }
    }

    void retain(Set<String> ids) {
        byProxy.keySet().retainAll(ids);
    }

    /** Listener → reason, for one proxy. */
    Map<String, String> of(String id) {
        return byProxy.getOrDefault(id, new TreeMap<>());
    }
}
