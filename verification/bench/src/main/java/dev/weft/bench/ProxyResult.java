package dev.weft.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One proxy in one case.
 *
 * @param measures in the order of the report; the first is what ratios compare
 * @param syscallsPerRequest by name, empty if not counted
 * @param errors requests that the load saw fail
 */
record ProxyResult(ProxyKind kind, Map<Measure, Spread> measures, Map<String, Double> syscallsPerRequest, long errors) {

    /** Puts the repetitions together. */
    static ProxyResult of(ProxyKind kind, List<Sample> samples, Map<String, Double> syscallsPerRequest) {
        Map<Measure, Spread> measures = new LinkedHashMap<>();
        for (Measure measure : samples.getFirst().values().keySet()) {
            measures.put(
                    measure,
                    Spread.of(samples.stream()
                            .map(sample -> sample.values().getOrDefault(measure, 0.0))
                            .toList()));
        }
        return new ProxyResult(
                kind,
                measures,
                syscallsPerRequest,
                samples.stream().mapToLong(Sample::errors).sum());
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", kind.label());
        measures.forEach((measure, spread) -> json.put(measure.jsonName, measure.json(spread)));
        if (!syscallsPerRequest.isEmpty()) {
            json.put("syscallsPerRequest", syscallsPerRequest);
        }
        if (errors > 0) {
            json.put("errors", errors);
        }
        return json;
    }

    /** What ratios compare. */
    double compared() {
        return measures.values().iterator().next().median();
    }
}
