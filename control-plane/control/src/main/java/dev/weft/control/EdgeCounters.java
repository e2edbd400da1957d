package dev.weft.control;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counters of one edge as one side of it reports them: absolute when scraped, differences after {@link #since}. */
final class EdgeCounters {
    double requests;
    double failures;
    double mutual;
    double plaintext;
    double bytes;
    double connections;
    final Map<String, Double> versions = new HashMap<>();

    /** Cumulative counts by upper bound in milliseconds. */
    final TreeMap<Double, Double> buckets = new TreeMap<>();

    void add(EdgeCounters other) {
        requests += other.requests;
        failures += other.failures;
        mutual += other.mutual;
        plaintext += other.plaintext;
        bytes += other.bytes;
        connections += other.connections;
        other.versions.forEach((version, n) -> versions.merge(version, n, Double::sum));
        other.buckets.forEach((bound, n) -> buckets.merge(bound, n, Double::sum));
    }

    /** What came on top of an earlier state; a counter that fell began anew. */
    EdgeCounters since(EdgeCounters before) {
        if (requests < before.requests || connections < before.connections) {
            return this; // the proxy restarted
        }
        EdgeCounters grown = new EdgeCounters();
        grown.requests = requests - before.requests;
        grown.failures = Math.max(0, failures - before.failures);
        grown.mutual = Math.max(0, mutual - before.mutual);
        grown.plaintext = Math.max(0, plaintext - before.plaintext);
        grown.bytes = Math.max(0, bytes - before.bytes);
        grown.connections = connections - before.connections;
        versions.forEach((version, n) -> {
            double more = n - before.versions.getOrDefault(version, 0.0);
            if (more > 0) {
                grown.versions.put(version, more);
            }
        });
        buckets.forEach((bound, n) ->
                grown.buckets.put(bound, Math.max(0, n - before.buckets.getOrDefault(bound, 0.0))));
        return grown;
    }

    /**
     * A percentile in milliseconds, within its bucket by straight line; 0 without samples. Beyond the last finite bound
     * there is nothing to draw a line to, so that bound is the answer.
     */
    double percentile(double fraction) {
        if (buckets.isEmpty() || buckets.lastEntry().getValue() <= 0) {
            return 0;
        }
        double wanted = buckets.lastEntry().getValue() * fraction;
        double lower = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
            if (bucket.getValue() >= wanted) {
                if (bucket.getKey().isInfinite()) {
                    return lower;
                }
                double within = bucket.getValue() - below;
                return within <= 0 ? bucket.getKey() : lower + (bucket.getKey() - lower) * (wanted - below) / within;
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return lower;
    }
}
