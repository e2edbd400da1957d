package dev.weft.bench;

import dev.weft.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of all cases, as the table and the JSON that {@code weft bench} prints. */
final class BenchReport {
    private final Map<BenchCase, List<ProxyResult>> cases = new LinkedHashMap<>();

    void add(BenchCase benchCase, List<ProxyResult> results) {
        cases.put(benchCase, results);
    }

    /** Whether any request failed: such a figure is not one. */
    boolean sawErrors() {
        return cases.values().stream().flatMap(List::stream).anyMatch(result -> result.errors() > 0);
    }

    String json() {
        List<Object> all = new ArrayList<>();
        cases.forEach((benchCase, results) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("case", benchCase.label());
            one.put("proxies", results.stream().map(ProxyResult::json).toList());
            one.put("ratios", ratios(results));
            all.add(one);
        });
        return Json.writePretty(Map.of("cases", all));
    }

    /** Weft's median divided by each peer's; empty without Weft. A peer that used nothing has no ratio. */
    static Map<String, Object> ratios(List<ProxyResult> results) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        results.stream()
                .filter(result -> result.kind() == ProxyKind.WEFT)
                .findFirst()
                .ifPresent(weft -> results.stream()
                        .filter(peer -> peer.kind() != ProxyKind.WEFT && peer.compared() > 0)
                        .forEach(peer ->
                                ratios.put(peer.kind().label(), Spread.round(weft.compared() / peer.compared()))));
        return ratios;
    }

    static String table(BenchCase benchCase, List<ProxyResult> results) {
        if (results.isEmpty()) {
            return benchCase.label() + ": no proxy of this run can do it\n";
        }
        Map<String, Object> ratios = ratios(results);
        List<String> heading = new ArrayList<>(List.of(benchCase.label()));
        results.getFirst().measures().keySet().forEach(measure -> {
            heading.add(measure.heading);
            if (measure.form == Measure.Form.SPREAD) {
                heading.add("min-max");
            }
        });
        heading.add("weft/peer");
        heading.add("calls per request");
        StringBuilder out = new StringBuilder(row(heading));
        for (ProxyResult result : results) {
            List<String> cells = new ArrayList<>(List.of(result.kind().label()));
            result.measures().forEach((measure, spread) -> {
                cells.add(
                        measure.form == Measure.Form.WHOLE
                                ? Long.toString(Math.round(spread.median()))
                                : decimal(spread.median()));
                if (measure.form == Measure.Form.SPREAD) {
                    cells.add(decimal(spread.min()) + "-" + decimal(spread.max()));
                }
            });
            Object ratio = ratios.get(result.kind().label());
            cells.add(ratio == null ? "" : ratio.toString());
            cells.add(calls(result) + (result.errors() > 0 ? " " + result.errors() + " REQUESTS FAILED" : ""));
            out.append(row(cells));
        }
        return out.toString();
    }

    private static String calls(ProxyResult result) {
        StringBuilder text = new StringBuilder();
        result.syscallsPerRequest()
                .forEach((name, each) ->
                        text.append(name).append(' ').append(each).append("  "));
        return text.toString().strip();
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    /** The name to the left, the figures to the right, the calls as they come. */
    private static String row(List<String> cells) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-18s", cells.getFirst()));
        cells.subList(1, cells.size() - 1).forEach(cell -> row.append(String.format(Locale.ROOT, " %11s", cell)));
        return row.append("  ").append(cells.getLast()).toString().stripTrailing() + "\n";
    }
}
