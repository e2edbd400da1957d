package dev.weft.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One repetition of one proxy.
 *
 * @param values in the order of the report; the first is what ratios compare
 * @param errors requests that failed
 */
record Sample(Map<Measure, Double> values, long errors) {

    /** Of a load; {@code cpuNanos} is what the proxy used meanwhile. */
    static Sample of(LoadRun run, long cpuNanos, double rssMib) {
        Map<Measure, Double> values = new LinkedHashMap<>();
        values.put(Measure.CPU_PER_REQUEST, cpuNanos / 1e3 / Math.max(1, run.requests()));
        addLoad(run, values);
        values.put(Measure.RSS, rssMib);
        return new Sample(values, run.errors());
    }

    static void addLoad(LoadRun run, Map<Measure, Double> values) {
        values.put(Measure.REQUESTS_PER_SECOND, run.requestsPerSecond());
        values.put(Measure.P50, (double) run.p50());
        values.put(Measure.P99, (double) run.p99());
        run.resumed().ifPresent(resumed -> values.put(Measure.RESUMED, (double) resumed / Math.max(1, run.requests())));
    }
}
