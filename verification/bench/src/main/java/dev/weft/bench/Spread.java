package dev.weft.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Median and extremes of a few repetitions. */
record Spread(double median, double min, double max) {
    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", round(median));
        json.put("min", round(min));
        json.put("max", round(max));
        return json;
    }

    /** Two digits are more than a shared machine can give. */
    static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
