package dev.weft.bench;

import java.io.PrintStream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/** Runs {@link RouteBenchmark} and holds it against its budget. */
final class RouteBench {
    private RouteBench() {}

    /** Whether every shape kept within 1 µs of 1 000 routes and 2 µs of 10 000, and left no garbage. */
    static boolean run(PrintStream out) throws RunnerException {
        out.println("| routes | shape | request of | CPU ns per match | wall ns | bytes |");
        out.println("|---|---|---|---|---|---|");
        boolean kept = true;
        for (RunResult result : MicroBench.run(RouteBenchmark.class)) {
            BenchmarkParams params = result.getParams();
            out.printf(
                    "| %s | %s | %s | %.0f | %.0f | %.2f |%n",
                    params.getParam("routes"),
                    params.getParam("shape"),
                    params.getParam("asked"),
                    MicroBench.cpuNanos(result),
                    MicroBench.nanos(result),
                    MicroBench.bytes(result));
            boolean many = Integer.parseInt(params.getParam("routes")) > 1_000;
            kept &= MicroBench.isWithin(many ? 2_000 : 1_000, result);
        }
        return kept;
    }
}
