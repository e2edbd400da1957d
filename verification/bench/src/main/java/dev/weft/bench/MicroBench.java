package dev.weft.bench;

import java.util.Collection;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH benchmark with the proxy's settings of the JVM; reads what it measured. */
final class MicroBench {
    /** What the JVM itself allocates meanwhile is less, in bytes per operation. */
    private static final double NOTHING = 0.1;

    private MicroBench() {}

    static Collection<RunResult> run(Class<?> benchmark) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(benchmark.getName())
                        .addProfiler(GCProfiler.class)
                        .addProfiler(CpuProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .jvmArgsAppend(
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "--sun-misc-unsafe-memory-access=allow") // JMH's own
                        .build())
                .run();
    }

    static double nanos(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    static double cpuNanos(RunResult result) {
        return secondary(result, CpuProfiler.NANOS);
    }

    static double bytes(RunResult result) {
        return secondary(result, "gc.alloc.rate.norm");
    }

    /** Whether it took the CPU no longer than that, and left no garbage. */
    static boolean isWithin(double budgetNanos, RunResult result) {
        return cpuNanos(result) <= budgetNanos && bytes(result) < NOTHING;
    }

    private static double secondary(RunResult result, String name) {
        return Objects.requireNonNull(result.getSecondaryResults().get(name)).getScore();
    }
}
