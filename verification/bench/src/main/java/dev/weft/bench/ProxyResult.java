package dev.weft.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One proxy in one case.
 *
 * @param cost CPU microseconds per request; for {@link BenchCase#STARTUP} CPU milliseconds until ready
 * @param readyMillis from exec to the first answer, only for {@link BenchCase#STARTUP}
 * @param syscallsPerRequest by name, empty if not counted
 * @param errors requests that wrk saw fail
 */
record ProxyResult(
        ProxyKind kind,
        Spread cost,
        Spread readyMillis,
        double requestsPerSecond,
        long p50Micros,
        long p99Micros,
        double rssMib,
        Map<String, Double> syscallsPerRequest,
        long errors) {

    Map<String, Object> json(BenchCase benchCase) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", kind.label());
        if (benchCase == BenchCase.STARTUP) {
            json.put("readyMillis", readyMillis.json());
            json.put("cpuMillis", cost.json());
        } else {
            json.put("cpuMicrosPerRequest", cost.json());
            json.put("requestsPerSecond", Math.round(requestsPerSecond));
            json.put("p50Micros", p50Micros);
            json.put("p99Micros", p99Micros);
        }
        json.put("rssMiB", Spread.round(rssMib));
        if (!syscallsPerRequest.isEmpty()) {
            json.put("syscallsPerRequest", syscallsPerRequest);
        }
        if (errors > 0) {
            json.put("errors", errors);
        }
        return json;
    }

    /** What ratios compare: the cost per request, for a start the time until ready. */
    double compared(BenchCase benchCase) {
        return benchCase == BenchCase.STARTUP ? readyMillis.median() : cost.median();
    }
}
