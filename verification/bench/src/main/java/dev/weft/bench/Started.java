package dev.weft.bench;

import dev.weft.testkit.RunningProcess;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A proxy under measurement.
 *
 * @param processes one, or the two of a pair: what they cost is summed
 * @param entryPort at which the load goes in
 */
record Started(ProxyKind kind, List<RunningProcess> processes, int entryPort) {
    List<Long> pids() {
        return processes.stream().map(RunningProcess::pid).toList();
    }

    CpuMeter meter() {
        return new CpuMeter(pids());
    }

    boolean alive() {
        return processes.stream().allMatch(RunningProcess::alive);
    }

    String output() {
        return processes.stream().map(RunningProcess::output).collect(Collectors.joining("\n"));
    }
}
