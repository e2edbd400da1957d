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
        List<Samples> samples = new ArrayList<>();
        for (Lab.Started proxy : proxies) {
            lab.awaitReady(proxy, benchCase.path);
            samples.add(new Samples(proxy));
        }
        for (Lab.Started proxy : proxies) {
            progress.println(
                    benchCase.label() + ": warming " + proxy.kind().label() + " for " + options.warmUpSeconds() + " s");
            if (options.warmUpSeconds() > 0) {
                Wrk.Run unused = load(proxy, benchCase, options.warmUpSeconds());
            }
        }
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (Samples own : samples) {
                CpuMeter.Reading before = own.meter.read();
                own.add(load(own.proxy, benchCase, options.seconds()), before);
            }
        }
        List<ProxyResult> results = new ArrayList<>();
        for (Samples own : samples) {
            own.sawRss();
            results.add(own.result(options.syscalls() ? syscalls(own.proxy, benchCase) : Map.of()));
        }
        return results;
    }

    private List<ProxyResult> cold(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        Map<ProxyKind, Samples> samples = new LinkedHashMap<>();
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (ProxyKind kind : kinds) {
                Lab.Started proxy = lab.startAll(benchCase, List.of(kind)).getFirst();
                lab.awaitReady(proxy, benchCase.path);
                Samples own = samples.computeIfAbsent(kind, any -> new Samples(proxy));
                own.restarted(proxy);
                own.add(load(proxy, benchCase, options.seconds()), CpuMeter.Reading.none());
                own.sawRss();
                lab.stopProxies();
            }
        }
        return samples.values().stream().map(own -> own.result(Map.of())).toList();
    }

    private List<ProxyResult> startup(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        Map<ProxyKind, Starts> starts = new LinkedHashMap<>();
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (ProxyKind kind : kinds) {
                long begin = System.nanoTime();
                Lab.Started proxy = lab.startAll(benchCase, List.of(kind)).getFirst();
                lab.awaitReady(proxy, benchCase.path);
                double millis = (System.nanoTime() - begin) / 1e6;
                CpuMeter meter = new CpuMeter(proxy.process().pid());
                starts.computeIfAbsent(kind, any -> new Starts())
                        .add(millis, meter.read().since(CpuMeter.Reading.none()) / 1e6, meter.rssMib());
                lab.stopProxies();
            }
        }
        return starts.entrySet().stream()
                .map(entry -> entry.getValue().result(entry.getKey()))
                .toList();
    }

    /** The starts of one proxy. */
    private static final class Starts {
        private final List<Double> readyMillis = new ArrayList<>();
        private final List<Double> cpuMillis = new ArrayList<>();
        private double rssMib;

        void add(double ready, double cpu, double rss) {
            readyMillis.add(ready);
            cpuMillis.add(cpu);
            rssMib = Math.max(rssMib, rss);
        }

        ProxyResult result(ProxyKind kind) {
            return new ProxyResult(kind, Spread.of(cpuMillis), Spread.of(readyMillis), 0, 0, 0, rssMib, Map.of(), 0);
        }
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
        Lab.Started proxy;
        CpuMeter meter;
        private double rssMib;
        private final List<Double> cost = new ArrayList<>();
        private final List<Double> rps = new ArrayList<>();
        private final List<Double> p50 = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
        private long errors;

        Samples(Lab.Started proxy) {
            this.proxy = proxy;
            meter = new CpuMeter(proxy.process().pid());
        }

        /** Another process of the same proxy is measured from now on. */
        void restarted(Lab.Started other) {
            proxy = other;
            meter = new CpuMeter(other.process().pid());
        }

        void sawRss() {
            rssMib = Math.max(rssMib, meter.rssMib());
        }

        void add(Wrk.Run run, CpuMeter.Reading before) {
            long nanos = meter.read().since(before);
            cost.add(nanos / 1e3 / Math.max(1, run.requests()));
            rps.add(run.requestsPerSecond());
            p50.add((double) run.p50());
            p99.add((double) run.p99());
            errors += run.errors();
        }

        ProxyResult result(Map<String, Double> syscalls) {
            return new ProxyResult(
                    proxy.kind(),
                    Spread.of(cost),
                    NOT_MEASURED,
                    Spread.of(rps).median(),
                    Math.round(Spread.of(p50).median()),
                    Math.round(Spread.of(p99).median()),
                    rssMib,
                    syscalls,
                    errors);
        }
    }
}
