package dev.weft.bench;

import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Runs one case. In steady state all its proxies stand side by side, are warmed one after the other, then measured in turns;
 * otherwise each turn of each proxy has a process of its own.
 */
final class CaseRunner {
    /** Of the cold case. */
    private static final int FIRST_SECONDS = 8;

    /** 8 000 on each side of a proxy stay below the usual limit of 20 000 open files. */
    private static final int IDLE_CONNECTIONS = 8_000;

    /** They are opened one after the other; with TLS that is 8 000 handshakes. */
    private static final Duration OPENED = Duration.ofMinutes(10);

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
        return switch (benchCase.method) {
            case STEADY -> steady(benchCase, kinds);
            case STARTUP -> inTurns(benchCase, kinds, CaseRunner::startup);
            case COLD -> inTurns(benchCase, kinds, (proxy, begin) -> cold(proxy, benchCase));
            case IDLE -> inTurns(benchCase, kinds, (proxy, begin) -> idle(proxy, benchCase));
        };
    }

    private List<ProxyResult> steady(BenchCase benchCase, List<ProxyKind> kinds) throws IOException {
        try (Lineup lineup = Lineup.start(lab, benchCase, kinds, options.accessLog())) {
            lineup.awaitReady();
            for (Started proxy : lineup.proxies()) {
                warm(proxy, benchCase);
            }
            Map<Started, List<Sample>> samples = new LinkedHashMap<>();
            for (int turn = 0; turn < options.repeat(); turn++) {
                for (Started proxy : lineup.proxies()) {
                    samples.computeIfAbsent(proxy, any -> new ArrayList<>())
                            .add(measured(proxy, benchCase, options.seconds()));
                }
            }
            List<ProxyResult> results = new ArrayList<>();
            for (Map.Entry<Started, List<Sample>> each : samples.entrySet()) {
                results.add(ProxyResult.of(each.getKey().kind(), each.getValue(), syscalls(each.getKey(), benchCase)));
            }
            return results;
        }
    }

    private void warm(Started proxy, BenchCase benchCase) throws IOException {
        String what = benchCase.label() + ": warming " + proxy.kind().label();
        options.warmUpSeconds().ifPresent(seconds -> progress.println(what + " for " + seconds + " s"));
        load(proxy, benchCase);
        if (options.warmUpSeconds().isPresent()) {
            return;
        }
        WarmUp warmUp = new WarmUp();
        while (!warmUp.isOver()) {
            warmUp.add(Objects.requireNonNull(
                    measured(proxy, benchCase, WarmUp.SECONDS).values().get(Measure.CPU_PER_REQUEST)));
        }
        progress.println(what + " took " + warmUp.seconds() + " s");
    }

    private void load(Started proxy, BenchCase benchCase) throws IOException {
        int seconds = options.warmUpSeconds().orElse(WarmUp.FIRST_SECONDS);
        if (seconds > 0) {
            LoadRun unused = benchCase.load.run(lab, proxy.entryPort(), seconds);
        }
    }

    private Sample measured(Started proxy, BenchCase benchCase, int seconds) throws IOException {
        CpuMeter meter = proxy.meter();
        CpuMeter.Reading before = meter.read();
        LoadRun run = benchCase.load.run(lab, proxy.entryPort(), seconds);
        return Sample.of(run, meter.read().since(before), meter.rssMib());
    }

    private Map<String, Double> syscalls(Started proxy, BenchCase benchCase) throws IOException {
        if (!options.syscalls() || Peers.find("strace").isEmpty()) {
            return Map.of();
        }
        Syscalls.Counted counted =
                Syscalls.count(proxy.pids(), lab.folder, () -> benchCase.load.run(lab, proxy.entryPort(), 1));
        Map<String, Double> perRequest = new TreeMap<>();
        counted.calls().forEach((name, calls) -> {
            double each = calls / (double) Math.max(1, counted.result().requests());
            if (each >= 0.05) {
                perRequest.put(name, Spread.round(each));
            }
        });
        return perRequest;
    }

    /** What is measured of a process that has just become ready; {@code begin} is the time before its exec. */
    private interface Fresh {
        Sample measure(Started proxy, long beginNanos) throws IOException;
    }

    private List<ProxyResult> inTurns(BenchCase benchCase, List<ProxyKind> kinds, Fresh fresh) throws IOException {
        Map<ProxyKind, List<Sample>> samples = new LinkedHashMap<>();
        for (int turn = 0; turn < options.repeat(); turn++) {
            for (ProxyKind kind : kinds) {
                long begin = System.nanoTime();
                try (Lineup lineup = Lineup.start(lab, benchCase, List.of(kind), options.accessLog())) {
                    lineup.awaitReady();
                    samples.computeIfAbsent(kind, any -> new ArrayList<>())
                            .add(fresh.measure(lineup.proxies().getFirst(), begin));
                }
            }
        }
        return samples.entrySet().stream()
                .map(each -> ProxyResult.of(each.getKey(), each.getValue(), Map.of()))
                .toList();
    }

    private static Sample startup(Started proxy, long beginNanos) {
        double readyMillis = (System.nanoTime() - beginNanos) / 1e6;
        CpuMeter meter = proxy.meter();
        Map<Measure, Double> values = new LinkedHashMap<>();
        values.put(Measure.READY, readyMillis);
        values.put(Measure.CPU_MILLIS, meter.read().since(CpuMeter.Reading.none()) / 1e6);
        values.put(Measure.RSS, meter.rssMib());
        return new Sample(values, 0);
    }

    private Sample cold(Started proxy, BenchCase benchCase) throws IOException {
        LoadRun run = benchCase.load.run(lab, proxy.entryPort(), FIRST_SECONDS);
        CpuMeter meter = proxy.meter();
        Map<Measure, Double> values = new LinkedHashMap<>();
        values.put(Measure.CPU_SECONDS, meter.read().since(CpuMeter.Reading.none()) / 1e9);
        Sample.addLoad(run, values);
        values.put(Measure.RSS, meter.rssMib());
        return new Sample(values, run.errors());
    }

    /** Each connection has had one request, then nothing for the seconds of a run. */
    private Sample idle(Started proxy, BenchCase benchCase) throws IOException {
        load(proxy, benchCase);
        CpuMeter meter = proxy.meter();
        double before = meter.rssMib();
        List<String> hold = new ArrayList<>(List.of(
                lab.compiled("connect"),
                "hold",
                Integer.toString(proxy.entryPort()),
                Integer.toString(IDLE_CONNECTIONS)));
        if (benchCase.shape.in.encrypted()) {
            hold.addAll(lab.pki.words());
        }
        try (RunningProcess client = lab.start("idle connections", Lab.clientPin(), hold)) {
            client.awaitLine("HELD", OPENED);
            Lab.pauseMillis(options.seconds() * 1_000L);
            double after = meter.rssMib();
            Map<Measure, Double> values = new LinkedHashMap<>();
            values.put(Measure.RSS_PER_CONNECTION, (after - before) * 1024 / IDLE_CONNECTIONS);
            values.put(Measure.RSS, after);
            // A proxy that has closed some meanwhile would look cheap.
            return new Sample(values, Math.max(0, IDLE_CONNECTIONS - meter.openFiles()));
        }
    }
}
