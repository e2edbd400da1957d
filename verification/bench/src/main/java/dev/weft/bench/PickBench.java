package dev.weft.bench;

import java.io.PrintStream;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/** Runs {@link PickBenchmark} and holds it against its budget. */
final class PickBench {
    /** Of the issue that asked for the balancers. */
    private static final double BUDGET_NANOS = 50;

    private PickBench() {}

    /** Whether every policy kept within 50 ns and left no garbage. */
    static boolean run(PrintStream out) throws RunnerException {
        TreeMap<String, RunResult> byName = new TreeMap<>();
        for (RunResult result : MicroBench.run(PickBenchmark.class)) {
            byName.put(
                    result.getParams().getParam("policy") + " | "
                            + result.getParams().getParam("weights"),
                    result);
        }
        out.println("| policy | weights of 1 000 endpoints | CPU ns per pick | wall ns | bytes |");
        out.println("|---|---|---|---|---|");
        boolean kept = true;
        for (var entry : byName.entrySet()) {
            RunResult result = entry.getValue();
            out.printf(
                    "| %s | %.1f | %.1f | %.2f |%n",
                    entry.getKey(), MicroBench.cpuNanos(result), MicroBench.nanos(result), MicroBench.bytes(result));
            kept &= MicroBench.isWithin(BUDGET_NANOS, result);
        }
        return kept;
    }
}
