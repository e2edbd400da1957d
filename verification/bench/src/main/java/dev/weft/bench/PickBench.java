package dev.weft.bench;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Objects;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link PickBenchmark} and holds it against its budget. */
final class PickBench {
    /** Of the issue that asked for the balancers. */
    private static final double BUDGET_NANOS = 50;

    private PickBench() {}

    /** Whether every policy kept within 50 ns and left no garbage. */
    static boolean run(PrintStream out) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(PickBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .jvmArgsAppend("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders")
                        .build())
                .run();
        TreeMap<String, RunResult> byName = new TreeMap<>();
        for (RunResult result : results) {
            byName.put(
                    result.getParams().getParam("policy") + " | "
                            + result.getParams().getParam("weights"),
                    result);
        }
        out.println("| policy | weights of 1 000 endpoints | ns per pick | bytes per pick |");
        out.println("|---|---|---|---|");
        boolean kept = true;
        for (var entry : byName.entrySet()) {
            double nanos = entry.getValue().getPrimaryResult().getScore();
            double bytes = Objects.requireNonNull(
                            entry.getValue().getSecondaryResults().get("gc.alloc.rate.norm"))
                    .getScore();
            out.printf("| %s | %.1f | %.2f |%n", entry.getKey(), nanos, bytes);
            kept &= nanos <= BUDGET_NANOS && bytes < 0.1; // what the JVM itself allocates meanwhile
        }
        return kept;
    }
}
