package dev.weft.bench;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs one case: all its proxies side by side, warmed one after the other, then measured in turns. */
final class CaseRunner {
    private static final Spread NOT_MEASURED = new Spread(0, 0, 0);

    private final Lab lab;
    private final BenchOptions options;
    private final PrintStream progress;

    CaseRunner(Lab lab, BenchOptions options, PrintStream progress) {
        this.lab = lab;
        this.options = options;
        this.progress = progress;
    }

    List<ProxyResult> run(BenchCase benchCase, List<ProxyKind> wanted) throws IOException {
        List<ProxyKind> kinds =
                wanted.stream().filter(kind -> kind.can(benchCase)).toList();
        try {
            return switch (benchCase) {
                case STARTUP -> startup(benchCase, kinds);
                case COLD -> cold(benchCase, kinds);
                default -> steady(benchCase, kinds);
            };
        } finally {
            lab.stopProxies();
        }
    }

    private List<ProxyResult> steady(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        List<Lab.Started> proxies = lab.startAll(benchCase, kinds);
        Map<Lab.Started, Samples> samples = new LinkedHashMap<>();
        for (Lab.Started proxy : proxies) {
            lab.awaitReady(proxy, benchCase.path);
            samples.put(proxy, new Samples(proxy));
        }
        for (Lab.Started proxy : proxies) {
            progress.println(
                    benchCase.label() + ": warming " + proxy.kind().label() + " for " + options.warmUpSeconds() + " s");
            if (options.warmUpSeconds() > 0) {
                Wrk.Run unused = load(proxy, benchCase, options.warmUpSeconds());
            }
        }
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (Lab.Started proxy : proxies) {
                Samples own = samples.get(proxy);
                CpuMeter.Reading before = own.meter.read();
                own.add(load(proxy, benchCase, options.seconds()), before);
            }
        }
        List<ProxyResult> results = new ArrayList<>();
        for (Lab.Started proxy : proxies) {
            Samples own = samples.get(proxy);
            double rss = own.meter.rssMib();
            results.add(own.result(rss, options.syscalls() ? syscalls(proxy, benchCase) : Map.of()));
        }
        return results;
    }

    private List<ProxyResult> cold(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        Map<ProxyKind, Samples> samples = new LinkedHashMap<>();
        Map<ProxyKind, Double> rss = new LinkedHashMap<>();
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (ProxyKind kind : kinds) {
                Lab.Started proxy = lab.startAll(benchCase, List.of(kind)).getFirst();
                lab.awaitReady(proxy, benchCase.path);
                Samples fresh = new Samples(proxy);
                Samples own = samples.computeIfAbsent(kind, any -> fresh);
                own.meter = fresh.meter;
                own.add(load(proxy, benchCase, options.seconds()), CpuMeter.Reading.none());
                rss.merge(kind, own.meter.rssMib(), Math::max);
                lab.stopProxies();
            }
        }
        return samples.values().stream()
                .map(own -> own.result(rss.get(own.kind), Map.of()))
                .toList();
    }

    private List<ProxyResult> startup(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        Map<ProxyKind, List<Double>> ready = new LinkedHashMap<>();
        Map<ProxyKind, List<Double>> cpu = new LinkedHashMap<>();
        Map<ProxyKind, Double> rss = new LinkedHashMap<>();
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (ProxyKind kind : kinds) {
                long begin = System.nanoTime();
                Lab.Started proxy = lab.startAll(benchCase, List.of(kind)).getFirst();
                lab.awaitReady(proxy, benchCase.path);
                double millis = (System.nanoTime() - begin) / 1e6;
                CpuMeter meter = new CpuMeter(proxy.process().pid());
                ready.computeIfAbsent(kind, any -> new ArrayList<>()).add(millis);
                cpu.computeIfAbsent(kind, any -> new ArrayList<>())
                        .add(meter.read().since(CpuMeter.Reading.none()) / 1e6);
                rss.merge(kind, meter.rssMib(), Math::max);
                lab.stopProxies();
            }
        }
        return kinds.stream()
                .map(kind -> new ProxyResult(
                        kind,
                        Spread.of(cpu.get(kind)),
                        Spread.of(ready.get(kind)),
                        0,
                        0,
                        0,
                        rss.get(kind),
                        Map.of(),
                        0))
                .toList();
    }

    private Wrk.Run load(Lab.Started proxy, BenchCase benchCase, int seconds) {
        return lab.wrk.run(Lab.clientPin(), proxy.entryPort(), benchCase.path, benchCase.connections, seconds);
    }

    private Map<String, Double> syscalls(Lab.Started proxy, BenchCase benchCase) throws IOException {
        if (Peers.find("strace").isEmpty()) {
            return Map.of();
        }
        Syscalls.Counted<Wrk.Run> counted =
                Syscalls.count(proxy.process().pid(), lab.folder, () -> load(proxy, benchCase, 1));
        Map<String, Double> perRequest = new TreeMap<>();
        counted.calls().forEach((name, calls) -> {
            double each = calls / (double) Math.max(1, counted.result().requests());
            if (each >= 0.05) {
                perRequest.put(name, Spread.round(each));
            }
        });
        return perRequest;
    }

    /** The repetitions of one proxy. */
    private static final class Samples {
        final ProxyKind kind;
        CpuMeter meter;
        private final List<Double> cost = new ArrayList<>();
        private final List<Double> rps = new ArrayList<>();
        private final List<Double> p50 = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
        private long errors;

        Samples(Lab.Started proxy) {
            kind = proxy.kind();
            meter = new CpuMeter(proxy.process().pid());
        }

        void add(Wrk.Run run, CpuMeter.Reading before) {
            long nanos = meter.read().since(before);
            cost.add(nanos / 1e3 / Math.max(1, run.requests()));
            rps.add(run.requestsPerSecond());
            p50.add((double) run.p50());
            p99.add((double) run.p99());
            errors += run.errors();
        }

        ProxyResult result(double rss, Map<String, Double> syscalls) {
            return new ProxyResult(
                    kind,
                    Spread.of(cost),
                    NOT_MEASURED,
                    Spread.of(rps).median(),
                    Math.round(Spread.of(p50).median()),
                    Math.round(Spread.of(p99).median()),
                    rss,
                    syscalls,
                    errors);
        }
    }
}
