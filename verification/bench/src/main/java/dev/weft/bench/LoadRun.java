package dev.weft.bench;

import dev.weft.base.Json;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a load generator counted.
 *
 * @param requests answered with 200
 * @param seconds the generator's own, from its first request to its last answer
 * @param p50 latency in microseconds
 * @param p99 latency in microseconds
 * @param errors requests that failed or were answered with anything but 2xx
 * @param resumed connections that resumed a TLS session, where the load looks for that
 */
record LoadRun(long requests, double seconds, long p50, long p99, long errors, OptionalLong resumed) {
    private static final String MARK = "LOAD ";

    double requestsPerSecond() {
        return requests / seconds;
    }

    /** Reads the line {@code LOAD {"requests":…,"micros":…,"p50":…,"p99":…,"errors":…}} that the bench's own tools print. */
    static LoadRun parse(String output) {
        String json = output.lines()
                .filter(line -> line.startsWith(MARK))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the load printed no counts:\n" + output))
                .substring(MARK.length());
        if (!(Json.parse(json) instanceof Map<?, ?> counts)) {
            throw new IllegalStateException("not an object: " + json);
        }
        return new LoadRun(
                number(counts, "requests"),
                number(counts, "micros") / 1e6,
                number(counts, "p50"),
                number(counts, "p99"),
                number(counts, "errors"),
                counts.containsKey("resumed") ? OptionalLong.of(number(counts, "resumed")) : OptionalLong.empty());
    }

    private static long number(Map<?, ?> counts, String name) {
        return counts.get(name) instanceof Long number ? number : 0;
    }
}
