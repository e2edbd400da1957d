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
            one.put(
                    "proxies",
                    results.stream().map(result -> result.json(benchCase)).toList());
            one.put("ratios", ratios(benchCase, results));
            all.add(one);
        });
        return Json.writePretty(Map.of("cases", all));
    }

    /** Weft's median divided by each peer's; empty without Weft. */
    static Map<String, Object> ratios(BenchCase benchCase, List<ProxyResult> results) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        results.stream()
                .filter(result -> result.kind() == ProxyKind.WEFT)
                .findFirst()
                .ifPresent(weft -> results.stream()
                        .filter(peer -> peer.kind() != ProxyKind.WEFT)
                        .forEach(peer -> ratios.put(
                                peer.kind().label(),
                                Spread.round(weft.compared(benchCase) / peer.compared(benchCase)))));
        return ratios;
    }

    static String table(BenchCase benchCase, List<ProxyResult> results) {
        Map<String, Object> ratios = ratios(benchCase, results);
        StringBuilder out = new StringBuilder();
        boolean startup = benchCase == BenchCase.STARTUP;
        out.append(
                startup
                        ? row(benchCase.label(), "ready ms", "min-max", "CPU ms", "", "", "RSS MiB", "weft/peer", "")
                        : row(
                                benchCase.label(),
                                "CPU us/req",
                                "min-max",
                                "req/s",
                                "p50 us",
                                "p99 us",
                                "RSS MiB",
                                "weft/peer",
                                "calls per request"));
        for (ProxyResult result : results) {
            Spread main = startup ? result.readyMillis() : result.cost();
            Object ratio = ratios.get(result.kind().label());
            out.append(row(
                    result.kind().label(),
                    decimal(main.median()),
                    decimal(main.min()) + "-" + decimal(main.max()),
                    startup ? decimal(result.cost().median()) : Long.toString(Math.round(result.requestsPerSecond())),
                    startup ? "" : Long.toString(result.p50Micros()),
                    startup ? "" : Long.toString(result.p99Micros()),
                    decimal(result.rssMib()),
                    ratio == null ? "" : ratio.toString(),
                    calls(result) + (result.errors() > 0 ? " " + result.errors() + " REQUESTS FAILED" : "")));
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
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-16s %11s %14s %9s %8s %8s %8s %10s  %s%n", cells)
                        .stripTrailing() + "\n";
    }
}
